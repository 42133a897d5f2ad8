#pragma once

#include <string>

#include "bench/machine.h"
#include "protocol/fetch.h"
#include "protocol/header.h"
#include "protocol/produce.h"
#include "records/builder.h"

/// The frames that kafka_load sends: Produce v9 and Fetch v12, which every broker since 2.7 knows.
namespace kstream::bench {

/// A record batch of exactly `size` bytes, of records with values of about `record` bytes; the last one takes up the
/// slack. Sets `count` to the number of records.
inline std::string make_batch(std::size_t size, std::size_t record, int& count) {
  std::string letters(size, 'a');
  for (std::size_t i = 0; i < size; ++i) letters[i] = static_cast<char>('a' + i * 7 % 26);
  Timestamp now(static_cast<std::int64_t>(clock_ns(CLOCK_REALTIME) / 1'000'000));
  auto build = [&](std::size_t last) {
    records::BatchBuilder builder;
    while (builder.size() + 2 * (record + 24) < size) builder.append(now, {}, letters.substr(0, record));
    builder.append(now, {}, letters.substr(0, last));
    count = builder.count();
    return *builder.finish({});
  };
  std::size_t rest = build(0).size();
  if (rest + 16 > size) die("--batch is too small for its --record");
  for (std::size_t last = size - rest;; --last) {
    auto batch = build(last);
    if (batch.size() == size) return batch;
    if (batch.size() < size) die("no record fills this --batch exactly: try another size");
  }
}

/// A whole frame: size, header, body.
template <class Request>
std::string frame(const Request& request, std::int16_t version) {
  std::string out(4, '\0');
  protocol::Writer writer(out, true);
  protocol::write_request_header(writer, {static_cast<std::int16_t>(Request::kApiKey), version, 1, "load"});
  request.encode(writer, version);
  if (!writer.ok()) die(writer.error());
  base::store_be(out.data(), static_cast<std::int32_t>(out.size() - 4));
  return out;
}

inline std::string produce_frame(const std::string& topic, int partition, int acks, base::BytesView batch) {
  protocol::ProduceRequest request;
  request.acks = static_cast<std::int16_t>(acks);
  request.timeout_ms = 30'000;
  request.topic_data = {{topic, {}, {{partition, protocol::Records{batch}}}}};
  return frame(request, 9);
}

inline std::string fetch_frame(const std::string& topic, int partition, std::size_t bytes) {
  protocol::FetchRequest request;
  request.max_wait_ms = 500;
  request.min_bytes = 1;
  request.max_bytes = static_cast<std::int32_t>(bytes);
  protocol::FetchRequest::FetchPartition wanted;
  wanted.partition = partition;
  wanted.partition_max_bytes = request.max_bytes;
  request.topics = {{topic, {}, {wanted}}};
  return frame(request, 12);
}

/// Sets the offset of a fetch_frame: it stands before epoch, log start, size and six empty fields.
inline void set_fetch_offset(std::string& frame, std::int64_t offset) {
  base::store_be(frame.data() + frame.size() - (8 + 4 + 8 + 4 + 5), offset);
}

}  // namespace kstream::bench
