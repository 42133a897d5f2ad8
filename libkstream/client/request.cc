#include "client/request.h"

namespace kstream::client {

std::string trace_name(protocol::ApiKey api, int version) {
  return std::string(protocol::find_api(static_cast<std::int16_t>(api))->name) + " v" + std::to_string(version) + ' ';
}

}  // namespace kstream::client
