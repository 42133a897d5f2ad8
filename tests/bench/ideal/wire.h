#pragma once

#include <cstring>
#include <string_view>

#include "base/bytes.h"
#include "base/varint.h"

/// As much of Kafka's protocol as the ideal broker understands: Produce v9 and Fetch v12 of one partition each, exactly
/// as kafka_load sends them. It looks at fixed places and believes what it finds there: it is a yardstick, not a
/// server.
namespace kstream::bench::ideal {

using base::load_be;
using base::store_be;

/// Where things are in a record batch.
inline constexpr std::size_t kCrcAt = 17, kCrcFrom = 21, kCountAt = 57, kBatchHead = 61;

/// A request, as far as it is of interest.
struct Request {
  std::size_t total = 0;  ///< bytes, the size field included
  bool fetch = false;
  std::uint32_t correlation = 0;
  std::string_view topic;
  std::uint32_t partition = 0;
  char* batch = nullptr;  ///< produce
  std::size_t batch_bytes = 0;
  std::uint64_t offset = 0;  ///< fetch
  std::size_t max_bytes = 0;
};

/// So many bytes, or the whole frame, must be there before parse() may look.
inline constexpr std::size_t kRequestHead = 160;

inline Request parse(char* p) {
  Request r;
  r.total = 4 + load_be<std::uint32_t>(p);
  r.fetch = p[5] == 1;
  r.correlation = load_be<std::uint32_t>(p + 8);
  char* q = p + 14 + p[13] + 1;                          // behind the client id and the header's tags
  q += r.fetch ? 4 + 4 + 4 + 4 + 1 + 4 + 4 : 1 + 2 + 4;  // what precedes the topics
  r.topic = {q + 2, static_cast<std::size_t>(q[1] - 1)};
  q += 2 + r.topic.size() + 1;
  r.partition = load_be<std::uint32_t>(q);
  q += 4;
  if (r.fetch) {
    r.offset = load_be<std::uint64_t>(q + 4);
    r.max_bytes = load_be<std::uint32_t>(q + 24);
    return r;
  }
  std::uint32_t length = 0;
  r.batch = const_cast<char*>(base::read_uvarint(q, q + base::kMaxVarint<std::uint32_t>, length));
  r.batch_bytes = length - 1;
  return r;
}

/// Writes the answer's head at `p`, where there must be room for 100 bytes and the topic's name; returns its end.
/// Behind it follow, for a fetch, `records` bytes and kTail zeros. `offset` is the base offset or the high watermark.
inline constexpr std::size_t kTail = 3;

inline char* put_answer(char* p, const Request& r, std::int16_t error, std::uint64_t offset, std::size_t records) {
  char* q = p + 4;
  auto put = [&q]<class T>(T value) { store_be(q, value), q += sizeof value; };
  put(r.correlation);
  *q++ = 0;
  if (r.fetch) q = static_cast<char*>(std::memset(q, 0, 10)) + 10;  // throttle time, error, session
  *q++ = 2;
  q = base::write_uvarint(q, static_cast<std::uint32_t>(r.topic.size() + 1));
  q = static_cast<char*>(std::memcpy(q, r.topic.data(), r.topic.size())) + r.topic.size();
  *q++ = 2;
  put(r.partition);
  put(error);
  put(offset);
  if (r.fetch) {
    put(offset), put(std::uint64_t{0});  // last stable offset, log start offset
    *q++ = 0;                            // aborted transactions
    put(std::int32_t{-1});
    q = base::write_uvarint(q, static_cast<std::uint32_t>(records + 1));
  } else {
    put(std::int64_t{-1}), put(std::uint64_t{0});  // log append time, log start offset
    *q++ = 1, *q++ = 0, *q++ = 0, *q++ = 0;        // record errors, message, tags of partition and topic
    put(std::uint32_t{0});
    *q++ = 0;
  }
  store_be(p, static_cast<std::uint32_t>(static_cast<std::size_t>(q - p) - 4 + (r.fetch ? records + kTail : 0)));
  return q;
}

}  // namespace kstream::bench::ideal
