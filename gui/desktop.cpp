#include "gui/desktop.hpp"

#include <algorithm>
#include <array>
#include <string>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui.h>

#include "gui/screen/imgui_session.hpp"

namespace proactor_lab::gui {
namespace {

constexpr int home_width = 1600;
constexpr int home_height = 900;
constexpr double longest_sleep_s = 1.0;
constexpr int settling_frames = 3;  ///< after input: hovering and layout need one frame each
constexpr const char* remedy =
    "; with no display, draw one frame into a file: proactor-lab --screenshot FILE.png";

struct GlfwLibrary {
  GlfwLibrary() {
    glfwSetErrorCallback([](int, const char*) {});  // errors are read with last_error
    if (!glfwInit()) throw NoDisplay{"no display can be opened (" + last_error() + ")" + remedy};
  }
  ~GlfwLibrary() { glfwTerminate(); }
  GlfwLibrary(const GlfwLibrary&) = delete;
  GlfwLibrary& operator=(const GlfwLibrary&) = delete;

  static std::string last_error() {
    const char* words = nullptr;
    glfwGetError(&words);
    return words ? words : "GLFW does not say why";
  }
};

Key key_of(int code) {
  switch (code) {
    case GLFW_KEY_LEFT:
      return Key::left;
    case GLFW_KEY_RIGHT:
      return Key::right;
    case GLFW_KEY_UP:
      return Key::up;
    case GLFW_KEY_DOWN:
      return Key::down;
    case GLFW_KEY_HOME:
      return Key::home;
    case GLFW_KEY_END:
      return Key::end;
    case GLFW_KEY_ENTER:
    case GLFW_KEY_KP_ENTER:
      return Key::enter;
    case GLFW_KEY_ESCAPE:
      return Key::escape;
    case GLFW_KEY_BACKSPACE:
      return Key::backspace;
    case GLFW_KEY_TAB:
      return Key::tab;
    case GLFW_KEY_PAGE_UP:
      return Key::back_word;
    case GLFW_KEY_PAGE_DOWN:
      return Key::next_word;
    default:
      return Key::none;
  }
}

/// A GLFW window and its input. GLFW callbacks receive only the window, so it holds a pointer to
/// this.
class Desktop {
 public:
  Desktop(App& app, float scale) : app_(app), wanted_scale_(scale) {
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    window_ = glfwCreateWindow(home_width, home_height, "Proactor Lab", nullptr, nullptr);
    if (!window_) {
      throw NoDisplay{"no window can be opened (" + GlfwLibrary::last_error() + ")" + remedy};
    }
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(1);
    glfwSetWindowUserPointer(window_, this);
    listen();
  }
  ~Desktop() { glfwDestroyWindow(window_); }
  Desktop(const Desktop&) = delete;
  Desktop& operator=(const Desktop&) = delete;

  void run() {
    ImguiSession session;
    double last = glfwGetTime();
    while (!glfwWindowShouldClose(window_)) {
      if (app_.animating() || frames_due_ > 0) {
        glfwPollEvents();
      } else {
        glfwWaitEventsTimeout(longest_sleep_s);
        last = glfwGetTime();  // the animation does not advance during a sleep
        if (frames_due_ == 0) continue;
      }
      const double now = glfwGetTime();
      const float seconds = std::clamp(static_cast<float>(now - last), 0.001f, 0.1f);
      last = now;
      app_.advance(seconds);
      frame(session, seconds);
      frames_due_ = std::max(0, frames_due_ - 1);
    }
  }

 private:
  static Desktop& self(GLFWwindow* window) {
    return *static_cast<Desktop*>(glfwGetWindowUserPointer(window));
  }

  void wake() { frames_due_ = settling_frames; }

  void listen() {
    glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int, int action, int mods) {
      self(w).wake();
      const bool command = (mods & (GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER)) != 0;
      if (action == GLFW_RELEASE || command) return;
      if (const Key known = key_of(key); known != Key::none) self(w).app_.press(known);
    });
    // Letters arrive as characters, so that the keyboard layout applies.
    glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned character) {
      self(w).wake();
      self(w).app_.type(character);
      if (character < 128) self(w).app_.press(static_cast<Key>(character));
    });
    glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int button, int action, int) {
      self(w).wake();
      if (button >= 0 && button < 3 && action == GLFW_PRESS) self(w).just_pressed_[button] = true;
    });
    glfwSetScrollCallback(window_, [](GLFWwindow* w, double x, double y) {
      self(w).wake();
      ImGuiIO& io = ImGui::GetIO();
      io.MouseWheelH += static_cast<float>(x);
      io.MouseWheel += static_cast<float>(y);
    });
    glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double, double) { self(w).wake(); });
    glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int) { self(w).wake(); });
    glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { self(w).wake(); });
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { self(w).wake(); });
    glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int) { self(w).wake(); });
    glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
      self(w).wake();
      if (count > 0) self(w).app_.open_named(paths[0]);
    });
  }

  float scale() const {
    if (wanted_scale_ > 0) return wanted_scale_;
    float x = 1;
    float y = 1;
    glfwGetWindowContentScale(window_, &x, &y);
    return std::clamp(std::max(x, y), 0.75f, 4.f);
  }

  void frame(ImguiSession& session, float seconds) {
    FrameSize size;
    glfwGetFramebufferSize(window_, &size.width, &size.height);
    if (size.width <= 0 || size.height <= 0) return;  // minimised
    size.scale = scale();
    int window_width = 1;
    glfwGetWindowSize(window_, &window_width, nullptr);
    const float pixels =
        static_cast<float>(size.width) / static_cast<float>(std::max(1, window_width));
    ImGuiIO& io = ImGui::GetIO();
    double x = 0;
    double y = 0;
    glfwGetCursorPos(window_, &x, &y);
    io.MousePos = {static_cast<float>(x) * pixels / size.scale,
                   static_cast<float>(y) * pixels / size.scale};
    for (int i = 0; i < 3; ++i) {
      io.MouseDown[i] = just_pressed_[i] || glfwGetMouseButton(window_, i) == GLFW_PRESS;
    }
    just_pressed_ = {};
    session.begin_frame(size, seconds, app_.settings().theme);
    app_.draw(session.fonts());
    session.end_frame();
    glfwSwapBuffers(window_);
  }

  App& app_;
  float wanted_scale_;
  GLFWwindow* window_ = nullptr;
  int frames_due_ = settling_frames;
  std::array<bool, 3> just_pressed_{};  ///< keeps a click shorter than a frame
};

}  // namespace

void run_desktop(App& app, float scale) {
  const GlfwLibrary library;
  Desktop{app, scale}.run();
}

}  // namespace proactor_lab::gui
