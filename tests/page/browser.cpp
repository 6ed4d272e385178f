#include "tests/page/browser.hpp"

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proactor_lab::testing {

namespace {

constexpr int patience_ms = 60'000;

}  // namespace

Browser::Browser() {
  const char* program = std::getenv("CHROMIUM");
  if (program == nullptr)
    throw std::runtime_error("CHROMIUM names no browser; see tests/page/page.sh");
  int to[2];
  int from[2];
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  std::vector<std::string> words = {program,
                                    "--headless",
                                    "--no-sandbox",
                                    "--disable-gpu",
                                    "--no-first-run",
                                    "--disable-background-networking",
                                    "--disable-component-update",
                                    "--disable-dev-shm-usage",
                                    "--hide-scrollbars",
                                    "--force-device-scale-factor=1",
                                    "--remote-debugging-pipe",
                                    "--user-data-dir=" + profile_.path().string(),
                                    "about:blank"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    // Above the numbers that they get in the child. A duplicate stays open after exec.
    const int in = fcntl(to[0], F_DUPFD, 10);
    const int out = fcntl(from[1], F_DUPFD, 10);
    dup2(in, 3);
    dup2(out, 4);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (int descriptor = 0; descriptor < 3; ++descriptor) dup2(nowhere, descriptor);
    setpgid(0, 0);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  to_browser_ = to[1];
  from_browser_ = from[0];
  signal(SIGPIPE, SIG_IGN);
  const Json target = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget",
                  {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
  for (const char* domain : {"Page", "Runtime", "Log", "Network"}) {
    call(std::string(domain) + ".enable");
  }
}

Browser::~Browser() {
  close(to_browser_);
  close(from_browser_);
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);  // its process group: its children, too
  waitpid(pid_, nullptr, 0);
}

void Browser::open(const std::string& file, const std::string& hash) {
  call("Page.navigate", {{"url", "about:blank"}});
  call("Runtime.evaluate", {{"expression", "0"}});
  loaded_ = false;
  complaints_.clear();
  requests_.clear();
  call("Page.navigate", {{"url", "file://" + file + (hash.empty() ? "" : "#" + hash)}});
  while (!becomes("document.readyState === 'complete' && typeof paint === 'function'")) {
    throw std::runtime_error("the page does not load");
  }
}

void Browser::set_size(int width, int height) {
  call("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
  // Two frames later, code that observes sizes has drawn.
  value("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(0))))");
}

void Browser::set_reduced_motion(bool reduced) {
  const Json feature = {{"name", "prefers-reduced-motion"}, {"value", reduced ? "reduce" : ""}};
  call("Emulation.setEmulatedMedia", {{"features", Json::array({feature})}});
}

Browser::Json Browser::value(const std::string& expression) {
  const Json answer =
      call("Runtime.evaluate",
           {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (answer.contains("exceptionDetails")) {
    throw std::runtime_error(expression + ": " + answer["exceptionDetails"].dump());
  }
  return answer["result"].value("value", Json());
}

bool Browser::becomes(const std::string& expression) {
  for (int i = 0; i < 1000; ++i) {
    const Json now = value(expression);
    if (now.is_boolean() && now.get<bool>()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

void Browser::press(const std::string& key) {
  Json event = {{"type", "keyDown"}, {"key", key}};
  if (key.size() == 1) event["text"] = key;
  call("Input.dispatchKeyEvent", event);
  event["type"] = "keyUp";
  event.erase("text");
  call("Input.dispatchKeyEvent", event);
}

void Browser::click(double x, double y) {
  for (const char* type : {"mousePressed", "mouseReleased"}) {
    call("Input.dispatchMouseEvent",
         {{"type", type}, {"x", x}, {"y", y}, {"button", "left"}, {"clickCount", 1}});
  }
}

Browser::Json Browser::call(const std::string& method, Json parameters) {
  Json message = {{"id", ++last_id_}, {"method", method}, {"params", std::move(parameters)}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string text = message.dump();
  std::size_t sent = 0;
  while (sent <= text.size()) {  // sends the terminating zero, too
    const ssize_t count = write(to_browser_, text.c_str() + sent, text.size() + 1 - sent);
    if (count <= 0) throw std::runtime_error("the browser is gone");
    sent += static_cast<std::size_t>(count);
  }
  for (;;) {
    Json answer = read_message();
    if (!answer.contains("id")) {
      note(answer);
    } else if (answer["id"] == last_id_) {
      if (answer.contains("error")) throw std::runtime_error(method + ": " + answer.dump());
      return answer["result"];
    }
  }
}

Browser::Json Browser::read_message() {
  for (;;) {
    if (const std::size_t end = unread_.find('\0'); end != std::string::npos) {
      Json message = Json::parse(unread_.substr(0, end));
      unread_.erase(0, end + 1);
      return message;
    }
    pollfd ready{from_browser_, POLLIN, 0};
    if (poll(&ready, 1, patience_ms) <= 0) throw std::runtime_error("the browser says nothing");
    char some[65536];
    const ssize_t count = read(from_browser_, some, sizeof some);
    if (count <= 0) throw std::runtime_error("the browser is gone");
    unread_.append(some, static_cast<std::size_t>(count));
  }
}

void Browser::note(const Json& event) {
  const std::string method = event.value("method", "");
  const Json& what = event["params"];
  if (method == "Runtime.consoleAPICalled" || method == "Runtime.exceptionThrown" ||
      method == "Log.entryAdded") {
    complaints_.push_back(what.dump());
  }
  if (method == "Network.requestWillBeSent") requests_.push_back(what["request"]["url"]);
}

}  // namespace proactor_lab::testing
