// Asio with its default back end, epoll.
#define asio asio_on_epoll
#include "tests/bench/core/asio_server.hpp"

namespace proactor_lab::bench {

void serve_asio_epoll(Meter& meter) { serve_with_asio(meter); }

}  // namespace proactor_lab::bench
