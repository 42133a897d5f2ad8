#pragma once

#include "protocol/api_table.h"
#include "protocol/reader.h"
#include "protocol/writer.h"

#include <kstream/result.h>

#include <cstdint>
#include <optional>

namespace kstream::protocol {

/// What precedes the body of a request. The key and the version say in which form: with tagged fields behind it if the
/// body is flexible. The client id is a classic string in both.
struct RequestHeader {
  std::int16_t api_key = 0;
  std::int16_t api_version = 0;
  std::int32_t correlation_id = 0;
  std::optional<BytesView> client_id;  ///< a view into the frame
  const ApiInfo* api = nullptr;        ///< set by reading: the row of api_key

  /// Whether the body can be decoded. False only of a header for ApiVersions: see read_request_header().
  bool supported() const;
};

/// Reads the header from the start of a frame and leaves `reader` at the body, flexible as the body is.
/// UNSUPPORTED_VERSION: no such API, or not this version of it; the connection is closed, since no answer has a form.
/// Only ApiVersions is different (KIP-511): its header is returned whatever the version, and if it is not supported()
/// the answer is an ApiVersions response of version 0 with UNSUPPORTED_VERSION and the range of ApiVersions.
/// INVALID_REQUEST: these bytes are no header.
Result<RequestHeader> read_request_header(Reader& reader);

/// Writes the header before a body, with a writer that is flexible if the body is.
void write_request_header(Writer& writer, const RequestHeader& header);

/// Writes what precedes a response: the correlation id, and tagged fields if the body is flexible, but never for
/// ApiVersions, which a client must understand before it knows what the broker can do.
void write_response_header(Writer& writer, ApiKey api, std::int32_t correlation_id);

/// Reads it, and says the correlation id; `reader` is flexible if the body is.
std::int32_t read_response_header(Reader& reader, ApiKey api);

}  // namespace kstream::protocol
