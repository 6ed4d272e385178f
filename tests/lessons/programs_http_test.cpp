// The HTTP file server: what it serves, what it refuses, and that no client can block it.
#include "lessons/programs/http_request.hpp"
#include "tests/lessons/program_world.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

std::string get(const std::string& target, const std::string& more = "Connection: close\r\n") {
  return "GET " + target + " HTTP/1.1\r\nHost: lab\r\n" + more + "\r\n";
}

std::string first_line(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

bool has_line(const std::string& answer, const std::string& line) {
  return answer.find("\r\n" + line + "\r\n") < answer.find("\r\n\r\n") + 2;
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

std::string pattern(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += static_cast<char>('a' + text.size() % 26);
  return text;
}

const std::string page = "<p>Hello</p>\n";

HttpStatus status_of(const std::string& head) { return parse_http_head(head).status; }

}  // namespace

TEST_CASE("a request is accepted as RFC 9112 writes it, and in no other form") {
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == HttpStatus::ok);
  CHECK(status_of("HEAD /a/b.html?x=1 HTTP/1.1\r\nhost:a\r\nX: \t y \r\n\r\n") == HttpStatus::ok);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") == HttpStatus::ok);
  const std::vector<std::string> bad = {
      "GET /\r\nHost: a\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
      "GET / http/1.1\r\nHost: a\r\n\r\n",
      "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
      " / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",                        // no Host
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",  // two
      "GET / HTTP/1.1\r\nHost : a\r\n\r\n",            // a space before the colon
      "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",       // a folded line
      "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",  // a control character
      "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  for (const std::string& head : bad) {
    INFO(head);
    CHECK(status_of(head) == HttpStatus::bad_request);
  }
  CHECK(status_of("GET / HTTP/1.0\r\nHost: a\r\n\r\n") == HttpStatus::version_not_supported);
  CHECK(status_of("POST / HTTP/1.1\r\nHost: a\r\n\r\n") == HttpStatus::method_not_allowed);
  CHECK_FALSE(
      parse_http_head("GET / HTTP/1.1\r\nHost: a\r\nConnection: te, Close\r\n\r\n").keep_alive);
  CHECK(parse_http_head("GET /docs/ HTTP/1.1\r\nHost: a\r\n\r\n").path == "docs/index.html");
}

TEST_CASE("the end of a head is found, or what cannot become one") {
  CHECK(find_head_end("").length == 0);
  CHECK(find_head_end("GET / HTTP/1.1\r\nHost: a\r\n").length == 0);
  CHECK(find_head_end("a\r\n\r\nrest").length == 5);
  CHECK(find_head_end("a\nb").malformed);
  CHECK(find_head_end("\r\n").malformed);
  CHECK_FALSE(find_head_end("a\r\nb").malformed);
}

TEST_CASE("a path that could leave the root, or be read in two ways, is not safe") {
  for (const char* path : {"/", "/a", "/a.b/c-d_e.html", "/a/", "/a..b"}) {
    INFO(path);
    CHECK(is_safe_path(path));
  }
  for (const char* path :
       {"",          "a",        "..",           "/..",  "/../a", "/a/../../b", "/a/..",
        "/.",        "/.hidden", "/a/./b",       "//a",  "/a//b", "/%2e%2e/a",  "/a%00",
        "/a\\..\\b", "/C:/a",    "http://lab/a", "/a b", "/~a",   "/a\xC3\xA4"}) {
    INFO(path);
    CHECK_FALSE(is_safe_path(path));
  }
}

TEST_CASE("a file is served whole, with its length and type, whatever its size") {
  ON_ALL_SYSTEMS;
  SystemOptions options = on(kind);
  options.short_transfers = true;
  options.seed = GENERATE(1u, 2u, 3u);
  options.send_buffer = 700;
  ProgramWorld world(options);
  const std::string name = GENERATE("a.html", "b.txt", "c.bin", "empty.css");
  const std::string content = name == "a.html"  ? page
                              : name == "b.txt" ? pattern(4096)
                              : name == "c.bin" ? pattern(9001)
                                                : "";
  world.put(name, content);
  world.start("http_file_server");
  const std::string answer = world.answer_to(get("/" + name));
  CHECK(first_line(answer) == "HTTP/1.1 200 OK");
  CHECK(has_line(answer, "Content-Length: " + std::to_string(content.size())));
  CHECK(has_line(answer, "Content-Type: " + std::string(content_type_of(name))));
  CHECK(has_line(answer, "Connection: close"));
  CHECK(body_of(answer) == content);
  world.require_rules_kept();
}

TEST_CASE("without a root there is nothing to serve, and it does not start") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  ProgramSettings settings;
  const auto program =
      find_program("http_file_server")->make(system.proactor(), system.os(), settings);
  CHECK(program->start() == std::errc::invalid_argument);
}

TEST_CASE("HEAD tells what GET would, without the content") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  world.put("index.html", page);
  world.start("http_file_server");
  const std::string got = world.answer_to(get("/"));
  const std::string told = world.answer_to("HEAD" + get("/").substr(3));
  CHECK(body_of(got) == page);
  CHECK(told == got.substr(0, got.size() - page.size()));
  const std::string missing = world.answer_to("HEAD" + get("/none").substr(3));
  CHECK(first_line(missing) == "HTTP/1.1 404 Not Found");
  CHECK(body_of(missing).empty());
  world.require_rules_kept();
}

TEST_CASE("a connection is kept for more requests, also for those that came early") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  world.put("a.txt", "one");
  world.put("b.txt", "two");
  world.start("http_file_server");
  const std::string answer = world.answer_to(get("/a.txt", "") + get("/none", "") + get("/b.txt"));
  std::vector<std::string> statuses;
  for (std::size_t at = answer.find("HTTP/1.1 "); at != std::string::npos;
       at = answer.find("HTTP/1.1 ", at + 1)) {
    statuses.push_back(answer.substr(at + 9, 3));
  }
  CHECK(statuses == std::vector<std::string>{"200", "404", "200"});
  CHECK(answer.find("\r\n\r\none") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\ntwo"));
  world.require_rules_kept();
}

TEST_CASE("what is not well is refused, with the reason, and the connection ends") {
  ON_ALL_SYSTEMS;
  const auto [request, line] = GENERATE(table<std::string, std::string>({
      {get("/none.html"), "404 Not Found"},
      {get("/folder"), "404 Not Found"},
      {get("/../secret.txt"), "400 Bad Request"},
      {get("/%2e%2e/secret.txt"), "400 Bad Request"},
      {get("http://lab/index.html"), "400 Bad Request"},
      {"GET /\n\n", "400 Bad Request"},
      {"\x16\x03\x01\x02\n", "400 Bad Request"},  // a client that speaks TLS
      {"GET / HTTP/1.0\r\n\r\n", "505 HTTP Version Not Supported"},
      {"POST / HTTP/1.1\r\nHost: lab\r\nContent-Length: 5\r\n\r\nhello", "405 Method Not Allowed"},
      {"GET / HTTP/1.1\r\nX: " + std::string(9000, 'x'), "431 Request Header Fields Too Large"},
      {"GET / HTTP/1.1\r\nX: " + std::string(30'000, 'x'), "431 Request Header Fields Too Large"},
  }));
  ProgramWorld world(on(kind));
  std::filesystem::create_directories(world.path("folder"));
  world.put("index.html", page);
  world.start("http_file_server");
  const std::string answer = world.answer_to(request);
  INFO(request.substr(0, 60));
  CHECK(first_line(answer) == "HTTP/1.1 " + line);
  CHECK(body_of(answer) == line + "\n");
  if (line.starts_with("405")) CHECK(has_line(answer, "Allow: GET, HEAD"));
  world.require_rules_kept();
}

TEST_CASE("a client that sends half a request is told that its time is up") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  world.settings.timeout = std::chrono::milliseconds(40);
  world.put("index.html", page);
  world.start("http_file_server");
  std::string half;
  std::string silent;
  std::string whole;
  world.add_client("GET / HTTP/1.1\r\nHo", half);
  world.add_client("", silent);
  world.add_client(get("/"), whole);
  world.run();
  CHECK(first_line(half) == "HTTP/1.1 408 Request Timeout");
  CHECK(silent.empty());  // it sent no request, so it is disconnected without an answer
  CHECK(body_of(whole) == page);
  world.require_rules_kept();
}

namespace {

/// Requests a file and reads nothing for 400 ms; then reads until the stream ends.
Task ask_and_not_read(ProgramWorld& world, std::string request, std::size_t& heard) {
  StreamSocket socket = world.open_client();
  co_await socket.connect(world.server());
  co_await write(socket, bytes_of(request));
  Timer timer(world.proactor());
  co_await timer.wait(std::chrono::milliseconds(400));
  std::array<std::byte, 65536> buffer;
  while (true) {
    const auto [error, bytes] = co_await socket.receive(buffer);
    if (error || bytes == 0) break;
    heard += bytes;
  }
  co_await socket.close();
  world.client_is_done();
}

}  // namespace

TEST_CASE("a client that does not take its answer loses it after the time limit") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  world.settings.timeout = std::chrono::milliseconds(60);
  // More than the kernel buffers for a connection.
  const std::size_t size = world.system().simulated() ? 200'000 : 16'000'000;
  world.put("large.bin", pattern(size));
  world.start("http_file_server");
  std::size_t heard = 0;
  world.client_came();
  spawn(ask_and_not_read(world, get("/large.bin"), heard));
  world.run();
  CHECK(heard < size);
  world.require_rules_kept();
}

TEST_CASE("clients that reset or leave in the middle do no harm") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  world.put("large.bin", pattern(300'000));
  world.start("http_file_server");
  for (int i = 0; i < 5; ++i) {
    world.client_came();
    spawn([](ProgramWorld& w) -> Task {
      StreamSocket socket = w.open_client();
      co_await socket.connect(w.server());
      co_await write(socket, bytes_of("GET /large.bin HTTP/1.1\r\nHost: lab\r\n\r\n"));
      std::array<std::byte, 100> buffer;
      co_await socket.receive(buffer);
      co_await socket.close();  // the rest is unread: a reset
      w.client_is_done();
    }(world));
  }
  std::string answer;
  world.add_client(get("/large.bin"), answer);
  world.run();
  CHECK(body_of(answer) == pattern(300'000));
  world.require_rules_kept();
}
