#include "gui/screen/offscreen.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>

namespace proactor_lab::gui {
namespace {

constexpr const char* remedy = "; install Mesa's EGL (Debian: libegl1 and libgl1-mesa-dri)";

bool has_extension(const char* list, const char* name) {
  if (!list) return false;
  const std::size_t length = std::strlen(name);
  for (const char* at = std::strstr(list, name); at; at = std::strstr(at + length, name)) {
    const bool starts = at == list || at[-1] == ' ';
    if (starts && (at[length] == ' ' || at[length] == '\0')) return true;
  }
  return false;
}

/// Opens a display that needs no window system if possible, else the default display.
EGLDisplay open_display() {
  const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  const auto get_platform_display = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(
      eglGetProcAddress("eglGetPlatformDisplayEXT"));
  EGLDisplay display = EGL_NO_DISPLAY;
  if (get_platform_display && has_extension(extensions, "EGL_MESA_platform_surfaceless")) {
    display = get_platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr)) return display;
  }
  display = eglGetDisplay(EGL_DEFAULT_DISPLAY);
  if (display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr)) return display;
  throw NoRenderer{std::string{"no EGL display can be opened"} + remedy};
}

template <typename Function>
Function gl_function(const char* name) {
  const auto function = reinterpret_cast<Function>(eglGetProcAddress(name));
  if (!function) throw NoRenderer{std::string{"OpenGL lacks "} + name + remedy};
  return function;
}

/// Creates an OpenGL context and keeps it current during its lifetime.
class EglContext {
 public:
  EglContext() : display_(open_display()) {
    try {
      create();
    } catch (...) {
      close();
      throw;
    }
  }
  ~EglContext() { close(); }
  EglContext(const EglContext&) = delete;
  EglContext& operator=(const EglContext&) = delete;

  bool try_make_current() const {
    return eglMakeCurrent(display_, surface_, surface_, context_) == EGL_TRUE;
  }
  void make_current() const {
    if (!try_make_current()) {
      throw NoRenderer{std::string{"the OpenGL context cannot be made current"} + remedy};
    }
  }

 private:
  void create() {
    if (!eglBindAPI(EGL_OPENGL_API)) {
      throw NoRenderer{std::string{"EGL offers no desktop OpenGL"} + remedy};
    }
    const bool surfaceless =
        has_extension(eglQueryString(display_, EGL_EXTENSIONS), "EGL_KHR_surfaceless_context");
    const EGLint wanted[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE,
                             surfaceless ? EGL_DONT_CARE : EGL_PBUFFER_BIT, EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (!eglChooseConfig(display_, wanted, &config, 1, &count) || count == 0) {
      throw NoRenderer{std::string{"EGL has no configuration for OpenGL"} + remedy};
    }
    const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION,
                              3,
                              EGL_CONTEXT_MINOR_VERSION,
                              2,
                              EGL_CONTEXT_OPENGL_PROFILE_MASK,
                              EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                              EGL_NONE};
    context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, version);
    if (context_ == EGL_NO_CONTEXT) {
      throw NoRenderer{std::string{"no OpenGL 3.2 context can be made"} + remedy};
    }
    if (!surfaceless) {
      const EGLint size[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
      surface_ = eglCreatePbufferSurface(display_, config, size);
    }
    make_current();
  }

  void close() {
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (surface_ != EGL_NO_SURFACE) eglDestroySurface(display_, surface_);
    if (context_ != EGL_NO_CONTEXT) eglDestroyContext(display_, context_);
    eglTerminate(display_);
  }

  EGLDisplay display_ = EGL_NO_DISPLAY;
  EGLContext context_ = EGL_NO_CONTEXT;
  EGLSurface surface_ = EGL_NO_SURFACE;
};

/// A framebuffer with one colour attachment, bound during its lifetime.
class Framebuffer {
 public:
  Framebuffer(int width, int height) {
    generate_(1, &name_);
    bind_(GL_FRAMEBUFFER, name_);
    glGenTextures(1, &texture_);
    glBindTexture(GL_TEXTURE_2D, texture_);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    attach_(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
    complete_ = check_(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  }
  ~Framebuffer() {
    bind_(GL_FRAMEBUFFER, 0);
    remove_(1, &name_);
    glDeleteTextures(1, &texture_);
  }
  Framebuffer(const Framebuffer&) = delete;
  Framebuffer& operator=(const Framebuffer&) = delete;

  bool complete() const { return complete_; }

 private:
  PFNGLGENFRAMEBUFFERSPROC generate_ = gl_function<PFNGLGENFRAMEBUFFERSPROC>("glGenFramebuffers");
  PFNGLBINDFRAMEBUFFERPROC bind_ = gl_function<PFNGLBINDFRAMEBUFFERPROC>("glBindFramebuffer");
  PFNGLFRAMEBUFFERTEXTURE2DPROC attach_ =
      gl_function<PFNGLFRAMEBUFFERTEXTURE2DPROC>("glFramebufferTexture2D");
  PFNGLCHECKFRAMEBUFFERSTATUSPROC check_ =
      gl_function<PFNGLCHECKFRAMEBUFFERSTATUSPROC>("glCheckFramebufferStatus");
  PFNGLDELETEFRAMEBUFFERSPROC remove_ =
      gl_function<PFNGLDELETEFRAMEBUFFERSPROC>("glDeleteFramebuffers");
  GLuint name_ = 0;
  GLuint texture_ = 0;
  bool complete_ = false;
};

Image read_back(int width, int height) {
  Image image{width, height, {}};
  const std::size_t row = static_cast<std::size_t>(width) * 4;
  std::vector<std::uint8_t> from_below(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, from_below.data());
  image.rgba.resize(from_below.size());
  for (int y = 0; y < height; ++y) {
    std::copy_n(from_below.begin() + static_cast<std::ptrdiff_t>(row) * (height - 1 - y), row,
                image.rgba.begin() + static_cast<std::ptrdiff_t>(row) * y);
  }
  for (std::size_t i = 3; i < image.rgba.size(); i += 4) image.rgba[i] = 255;
  return image;
}

}  // namespace

struct Offscreen::Context {
  explicit Context(FontSource source) : session(source) {}
  ~Context() { static_cast<void>(egl.try_make_current()); }  // the session's destructor needs it
  EglContext egl;
  ImguiSession session;
};

Offscreen::Offscreen(FontSource source) {
  try {
    context_ = std::make_unique<Context>(source);
  } catch (const NoRenderer&) {
    throw;
  } catch (const std::exception& error) {
    throw NoRenderer{error.what() + std::string{remedy}};
  }
}

Offscreen::~Offscreen() = default;

const Fonts& Offscreen::fonts() const { return context_->session.fonts(); }

Image Offscreen::render(const FrameSize& size, figures::Theme theme,
                        const std::function<void()>& draw, int frames) {
  context_->egl.make_current();
  GLint largest = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
  if (size.width < 1 || size.height < 1 || size.width > largest || size.height > largest) {
    throw NoRenderer{"a picture of " + std::to_string(size.width) + "x" +
                     std::to_string(size.height) + " pixels is more than OpenGL draws here (" +
                     std::to_string(largest) + " a side)"};
  }
  const Framebuffer framebuffer{size.width, size.height};
  if (!framebuffer.complete()) throw NoRenderer{"OpenGL cannot draw into a framebuffer here"};
  for (int i = 0; i < std::max(1, frames); ++i) {
    context_->session.begin_frame(size, 1.f / 60, theme);
    draw();
    context_->session.end_frame();
  }
  return read_back(size.width, size.height);
}

}  // namespace proactor_lab::gui
