#include "broker/dispatch.h"

#include "broker/handlers/handler.h"
#include "protocol/api_table.h"

#include <algorithm>
#include <array>

namespace kstream::broker {
namespace {

using protocol::ApiKey;

constexpr std::int16_t key(ApiKey api) { return static_cast<std::int16_t>(api); }

// In the order of the keys.
constexpr std::array kHandlers{
    Handler{key(ApiKey::produce), true, &handle_produce},
    Handler{key(ApiKey::fetch), false, &handle_fetch},
    Handler{key(ApiKey::list_offsets), false, &handle_list_offsets},
    Handler{key(ApiKey::metadata), false, &handle_metadata},
    Handler{key(ApiKey::api_versions), false, &handle_api_versions},
    Handler{key(ApiKey::create_topics), false, &handle_create_topics},
    Handler{key(ApiKey::delete_topics), false, &handle_delete_topics},
    Handler{key(ApiKey::delete_records), false, &handle_delete_records},
    Handler{key(ApiKey::offset_for_leader_epoch), false, &handle_offset_for_leader_epoch},
    Handler{key(ApiKey::describe_configs), false, &handle_describe_configs},
    Handler{key(ApiKey::alter_configs), false, &handle_alter_configs},
    Handler{key(ApiKey::describe_log_dirs), false, &handle_describe_log_dirs},
    Handler{key(ApiKey::create_partitions), false, &handle_create_partitions},
    Handler{key(ApiKey::incremental_alter_configs), false, &handle_incremental_alter_configs},
    Handler{key(ApiKey::describe_quorum), false, &handle_describe_quorum},
    Handler{key(ApiKey::update_features), false, &handle_update_features},
    Handler{key(ApiKey::describe_cluster), false, &handle_describe_cluster},
    Handler{key(ApiKey::describe_topic_partitions), false, &handle_describe_topic_partitions},
};

}  // namespace

std::span<const Handler> handlers() { return kHandlers; }

const Handler* find_handler(std::int16_t api) {
  auto row = std::lower_bound(kHandlers.begin(), kHandlers.end(), api,
                              [](const Handler& h, std::int16_t k) { return h.api < k; });
  return row != kHandlers.end() && row->api == api ? &*row : nullptr;
}

bool serves(const Handler& handler, std::int16_t version) {
  if (handler.api == key(ApiKey::api_versions)) return version >= 0;
  const auto* info = protocol::find_api(handler.api);
  return version >= std::max(info->min, info->announce_min) && version <= std::min(info->max, info->announce_max);
}

std::int16_t encoded_version(std::int16_t api, std::int16_t version) {
  return api == key(ApiKey::api_versions) && version > protocol::find_api(api)->max ? std::int16_t{0} : version;
}

void dispatch(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto* handler = find_handler(request.header.api_key);
  handler->handle(shard, std::move(request), std::move(ticket));
}

}  // namespace kstream::broker
