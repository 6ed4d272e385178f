#include "gui/screen/imgui_session.hpp"

#include <algorithm>
#include <stdexcept>

#include <GL/gl.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include "gui/paint/theme.hpp"

namespace proactor_lab::gui {

void ImguiSession::Delete::operator()(ImGuiContext* context) const {
  ImGui::DestroyContext(context);
}

ImguiSession::ImguiSession(FontSource source) : context_(ImGui::CreateContext()), fonts_(source) {
  ImGui::SetCurrentContext(context_.get());
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  if (!ImGui_ImplOpenGL3_Init("#version 130")) {
    throw std::runtime_error("OpenGL 3 is not available here");
  }
  renderer_ready_ = true;
}

ImguiSession::~ImguiSession() {
  ImGui::SetCurrentContext(context_.get());
  if (renderer_ready_) ImGui_ImplOpenGL3_Shutdown();
}

void ImguiSession::begin_frame(const FrameSize& size, float seconds, figures::Theme theme) {
  ImGui::SetCurrentContext(context_.get());
  ImGuiIO& io = ImGui::GetIO();
  size_ = size;
  theme_ = theme;
  if (baked_scale_ != size.scale) {
    fonts_.build(*io.Fonts, size.scale);
    ImGui_ImplOpenGL3_DestroyFontsTexture();  // created again for the next frame
    ImGui_ImplOpenGL3_CreateFontsTexture();
    io.FontGlobalScale = 1 / size.scale;
    baked_scale_ = size.scale;
  }
  io.DisplaySize = {static_cast<float>(size.width) / size.scale,
                    static_cast<float>(size.height) / size.scale};
  io.DisplayFramebufferScale = {size.scale, size.scale};
  io.DeltaTime = std::max(seconds, 1e-4f);
  apply_theme(theme);
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
}

void ImguiSession::end_frame() {
  ImGui::Render();
  const figures::Colour ground = figures::colour_of(figures::Ink::background, theme_);
  glViewport(0, 0, size_.width, size_.height);
  glDisable(GL_SCISSOR_TEST);
  glClearColor(static_cast<float>(ground.red) / 255, static_cast<float>(ground.green) / 255,
               static_cast<float>(ground.blue) / 255, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace proactor_lab::gui
