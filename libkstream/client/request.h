#pragma once

#include <kstream/result.h>

#include "base/bytes.h"
#include "base/frame.h"
#include "protocol/header.h"
#include "protocol/message.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kstream::client {

using base::BytesView;

/// Where the correlation id lies in EncodedRequest::bytes: behind length, key and version.
inline constexpr std::size_t kCorrelationIdAt = 8;

/// A request as it goes out, but for its correlation id.
struct EncodedRequest {
  protocol::ApiKey api;
  std::int16_t version;
  std::string bytes;                      ///< length, header and body without the record batches
  std::vector<protocol::Splice> splices;  ///< where the batches belong in `bytes`
  std::vector<BytesView> batches;         ///< one for each splice; kept by the caller until the request is done
  bool answered = true;                   ///< false of a Produce with acks=0
};

/// What came back.
struct Answer {
  base::Slice body;
  std::int16_t version;
};

/// INVALID_REQUEST if the request sets something that `version` cannot say. `batches` are those that its `records`
/// fields announce as spliced, in order.
template <class Request>
Result<EncodedRequest> encode_request(const Request& request, int version, BytesView client_id,
                                      std::vector<BytesView> batches = {}) {
  EncodedRequest encoded{Request::kApiKey, static_cast<std::int16_t>(version), std::string(4, '\0'), {}, {}, true};
  protocol::Writer writer(encoded.bytes, version >= Request::kFlexibleFrom);
  protocol::RequestHeader header;
  header.api_key = static_cast<std::int16_t>(Request::kApiKey);
  header.api_version = encoded.version;
  header.client_id = client_id;
  write_request_header(writer, header);
  request.encode(writer, version);
  if (!writer.ok()) return Error{ErrorCode::invalid_request, writer.error()};
  encoded.splices = writer.splices();
  encoded.batches = std::move(batches);
  std::size_t size = encoded.bytes.size() - 4;
  for (BytesView batch : encoded.batches) size += batch.size();
  base::store_be(encoded.bytes.data(), static_cast<std::int32_t>(size));
  return encoded;
}

/// `Produce v13 `, for the trace.
std::string trace_name(protocol::ApiKey api, int version);

}  // namespace kstream::client
