// Asio on io_uring.
#define ASIO_HAS_IO_URING 1
#define ASIO_DISABLE_EPOLL 1
#define asio asio_on_io_uring
#include "tests/bench/core/asio_server.hpp"

namespace proactor_lab::bench {

void serve_asio_io_uring(Meter& meter) { serve_with_asio(meter); }

}  // namespace proactor_lab::bench
