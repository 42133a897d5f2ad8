#include "protocol/header.h"

#include "protocol/codec.h"

#include <algorithm>
#include <string>

namespace kstream::protocol {

bool RequestHeader::supported() const {
  return api && api_version >= std::max(api->min, api->announce_min) &&
         api_version <= std::min(api->max, api->announce_max);
}

Result<RequestHeader> read_request_header(Reader& reader) {
  reader.set_flexible(false);
  RequestHeader header;
  header.api_key = reader.get<std::int16_t>();
  header.api_version = reader.get<std::int16_t>();
  header.correlation_id = reader.get<std::int32_t>();
  if (!reader.ok()) return Error{ErrorCode::invalid_request, "no request header: " + reader.error()};
  header.api = find_api(header.api_key);
  if (!header.supported() && header.api_key != static_cast<std::int16_t>(ApiKey::api_versions)) {
    const std::string name = header.api ? header.api->name : "API key " + std::to_string(header.api_key);
    return Error{ErrorCode::unsupported_version, name + " version " + std::to_string(header.api_version)};
  }
  header.client_id = reader.get_string();
  reader.set_flexible(header.api_version >= header.api->flexible_from);
  decode_no_tags(reader);
  if (!reader.ok()) return Error{ErrorCode::invalid_request, "no request header: " + reader.error()};
  return header;
}

void write_request_header(Writer& writer, const RequestHeader& header) {
  writer.put(header.api_key);
  writer.put(header.api_version);
  writer.put(header.correlation_id);
  writer.put_classic_string(header.client_id);
  encode_no_tags(writer);
}

void write_response_header(Writer& writer, ApiKey api, std::int32_t correlation_id) {
  writer.put(correlation_id);
  if (api != ApiKey::api_versions) encode_no_tags(writer);
}

std::int32_t read_response_header(Reader& reader, ApiKey api) {
  const auto correlation_id = reader.get<std::int32_t>();
  if (api != ApiKey::api_versions) decode_no_tags(reader);
  return correlation_id;
}

}  // namespace kstream::protocol
