// ApiVersions, 0-5. The first request of every connection. A version that we do not know is answered in version 0 with
// UNSUPPORTED_VERSION and our range of this API, so that the client asks again (KIP-511). From 3 the client names its
// software; from 3 features are told (those whose minimum is 0 from 4 on); from 5 the client may say which cluster and
// node it means (KIP-1242).
#include "protocol/api_versions.h"
#include "broker/dispatch.h"
#include "broker/handlers/handler.h"
#include "cluster/controller.h"

#include <algorithm>
#include <cctype>

namespace kstream::broker {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;

// Letters, digits, '-' and '.', the last two not at an end.
bool is_software_word(std::string_view word) {
  auto alphanumeric = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !word.empty() && alphanumeric(word.front()) && alphanumeric(word.back()) &&
         std::all_of(word.begin(), word.end(), [&](char c) { return alphanumeric(c) || c == '-' || c == '.'; });
}

ErrorCode check(const Shard& shard, const ApiVersionsRequest& body, int version) {
  if (version >= 3 &&
      (!is_software_word(body.client_software_name) || !is_software_word(body.client_software_version))) {
    return ErrorCode::invalid_request;
  }
  bool other_cluster = body.cluster_id && *body.cluster_id != shard.cluster_id();
  bool other_node = body.node_id != -1 && body.node_id != shard.config().node_id.value;
  return other_cluster || other_node ? ErrorCode::rebootstrap_required : ErrorCode::none;
}

void list_apis(ApiVersionsResponse& response) {
  for (const auto& handler : handlers()) {
    const auto* info = protocol::find_api(handler.api);
    response.api_keys.push_back({handler.api, info->announce_min, info->announce_max});
  }
}

void list_features(const Shard& shard, ApiVersionsResponse& response, int version) {
  for (const auto& feature : cluster::supported_features()) {
    if (version >= 4 || feature.min > 0)
      response.supported_features.push_back({feature.name, feature.min, feature.max});
  }
  for (const auto& [name, level] : shard.image().features())
    response.finalized_features.push_back({name, level, level});
  response.finalized_features_epoch = shard.image().offset().value;
}

}  // namespace

void handle_api_versions(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto version = request.header.api_version;
  ApiVersionsResponse response;
  if (version > ApiVersionsRequest::kMaxVersion) {
    response.error_code = code(ErrorCode::unsupported_version);
    response.api_keys.push_back({static_cast<std::int16_t>(ApiVersionsRequest::kApiKey),
                                 ApiVersionsRequest::kMinVersion, ApiVersionsRequest::kMaxVersion});
    return shard.requests().answer(Ticket<ApiVersionsResponse>(std::move(ticket)), response);
  }
  auto body = read_body<ApiVersionsRequest>(shard, request, ticket);
  if (!body) return;
  auto error = check(shard, *body, version);
  response.error_code = code(error);
  if (error == ErrorCode::none) {
    list_apis(response);
    if (version >= 3) list_features(shard, response, version);
  }
  shard.requests().answer(Ticket<ApiVersionsResponse>(std::move(ticket)), response);
}

}  // namespace kstream::broker
