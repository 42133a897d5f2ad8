#pragma once

// The one way to Asio: every file that needs it includes this one, so that all are compiled with the same settings.
// Asio's own code is compiled once, in asio_src.cc.
#define BOOST_ASIO_SEPARATE_COMPILATION 1
#define BOOST_ASIO_NO_DEPRECATED 1

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kstream {

namespace asio = boost::asio;

/// For co_await: the result is a tuple that begins with the error code, and nothing is thrown.
inline constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace kstream
