// DescribeConfigs, 1-4: of topics, of this broker, of all brokers (an empty name) and of this broker's logger. 3 tells
// types and documentation, 4 is flexible. A broker knows its own configs only: clients ask each for its own.
#include "protocol/describe_configs.h"
#include "base/config/described.h"
#include "base/config/value.h"
#include "broker/handlers/handler.h"
#include "cluster/config_change.h"
#include "cluster/topic_name.h"

#include <set>

namespace kstream::broker {
namespace {

using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using Resource = DescribeConfigsRequest::DescribeConfigsResource;
using Answer = DescribeConfigsResponse::DescribeConfigsResult;
using ConfigAnswer = DescribeConfigsResponse::DescribeConfigsResourceResult;

/// ConfigResource.Type, but for those of client metrics and groups, which are not kept here yet.
constexpr auto kTopic = static_cast<std::int8_t>(cluster::ResourceType::topic),
               kBroker = static_cast<std::int8_t>(cluster::ResourceType::broker);

/// What is looked at for one answer, since the shard has other things to do, and what one answer may hold.
constexpr std::size_t kMaxConfigs = 1'000'000, kMaxBytes = std::size_t{64} << 20;

std::string_view log4j_level(base::LogLevel level) {
  constexpr std::string_view kLevels[] = {"DEBUG", "INFO", "WARN", "ERROR"};
  return kLevels[static_cast<std::size_t>(level)];
}

class ConfigsAnswer {
 public:
  ConfigsAnswer(const Shard& shard, const DescribeConfigsRequest& body) : shard_(shard), body_(body) {}

  DescribeConfigsResponse make() {
    for (const auto& resource : body_.resources) {
      auto& out = response_.results.emplace_back();
      out.resource_type = resource.resource_type;
      out.resource_name = resource.resource_name;
      if (auto described = describe(resource, out); !described.ok()) {
        out.error_code = code(described.code());
        out.error_message = described.error().detail;
      }
    }
    return std::move(response_);
  }

 private:
  Status describe(const Resource& resource, Answer& out) {
    if (looked_at_ >= kMaxConfigs || bytes_ >= kMaxBytes) {
      return Status(ErrorCode::invalid_request,
                    "one answer tells of at most 1000000 configs in 64 MiB: ask for fewer resources");
    }
    wanted_.clear();
    if (resource.configuration_keys)
      wanted_.insert(resource.configuration_keys->begin(), resource.configuration_keys->end());
    switch (resource.resource_type) {
      case kTopic:
        return topic(resource.resource_name, out);
      case kBroker:
        return broker(resource.resource_name, out);
      case cluster::kBrokerLogger:
        return logger(resource.resource_name, out);
      default:
        return Status(ErrorCode::invalid_request,
                      "no configs are kept for resources of type " + std::to_string(resource.resource_type));
    }
  }

  Status topic(const std::string& name, Answer& out) {
    if (auto valid = cluster::check_topic_name(name); !valid.ok()) return valid;
    const auto* topic = shard_.image().topic(name);
    if (!topic) return Status(ErrorCode::unknown_topic_or_partition, "there is no such topic");
    for (const auto& config : config::describe_topic(topic->overrides, layers())) add(config, false, out);
    return {};
  }

  Status broker(const std::string& id, Answer& out) {
    if (id.empty()) {
      for (const auto& config : config::describe_broker_defaults(shard_.image().broker_overrides("")))
        add(config, read_only(config), out);
      return {};
    }
    if (auto own = check_own_id(id); !own.ok()) return own;
    for (const auto& config : config::describe_broker(layers())) add(config, read_only(config), out);
    return {};
  }

  /// There is one logger, whose level is that of `log.level` until a client changes it.
  Status logger(const std::string& id, Answer& out) {
    if (auto own = check_own_id(id); !own.ok()) return own;
    if (!wanted("root")) return {};
    ConfigAnswer config;
    config.name = "root";
    config.value = std::string(log4j_level(shard_.config().log_level));
    config.config_source = static_cast<std::int8_t>(config::Source::dynamic_broker_logger);
    config.documentation.reset();
    out.configs.push_back(std::move(config));
    return {};
  }

  Status check_own_id(const std::string& name) {
    auto id = config::parse_integer(name);
    if (!id) return Status(ErrorCode::invalid_request, "a broker is named by its id, a number");
    if (*id == shard_.config().node_id.value) return {};
    return Status(ErrorCode::invalid_request, "a broker tells its own configs only, and this one's id is " +
                                                  std::to_string(shard_.config().node_id.value));
  }

  config::BrokerLayers layers() const {
    const auto& image = shard_.image();
    return {image.broker_overrides(shard_.config().node_id), image.broker_overrides(""), shard_.config().values};
  }
  static bool read_only(const config::Described& config) {
    return !config.row || config.row->update == config::Update::read_only;
  }

  bool wanted(std::string_view name) const { return wanted_.empty() || wanted_.contains(name); }

  void add(const config::Described& config, bool read_only, Answer& out) {
    ++looked_at_;
    if (!wanted(config.name)) return;
    auto& to = out.configs.emplace_back();
    to.name = config.name;
    to.value = config.value;
    to.read_only = read_only;
    to.config_source = static_cast<std::int8_t>(config.source);
    to.is_sensitive = config.sensitive();
    to.config_type = config.row ? static_cast<std::int8_t>(config.row->type) : std::int8_t{0};
    to.documentation.reset();
    if (body_.include_documentation && config.row && !config.row->doc.empty())
      to.documentation = std::string(config.row->doc);
    bytes_ += sizeof(to) + to.name.size() + to.value.value_or("").size() + to.documentation.value_or("").size();
    if (!body_.include_synonyms) return;
    for (const auto& given : config.given) {
      to.synonyms.push_back({given.name, given.value, static_cast<std::int8_t>(given.source)});
      bytes_ += sizeof(to.synonyms.back()) + given.name.size() + given.value.value_or("").size();
    }
  }

  const Shard& shard_;
  const DescribeConfigsRequest& body_;
  std::size_t looked_at_ = 0, bytes_ = 0;
  std::set<std::string_view> wanted_;  ///< of the resource being described; empty: all, as in Kafka
  DescribeConfigsResponse response_;
};

}  // namespace

void handle_describe_configs(Shard& shard, Request&& request, AnyTicket&& untyped) {
  auto body = read_body<DescribeConfigsRequest>(shard, request, untyped);
  if (!body) return;
  auto response = ConfigsAnswer(shard, *body).make();
  shard.requests().answer(Ticket<DescribeConfigsResponse>(std::move(untyped)), response);
}

}  // namespace kstream::broker
