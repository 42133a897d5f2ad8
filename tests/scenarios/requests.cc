#include "scenarios/requests.h"

#include "protocol/alter_configs.h"
#include "protocol/api_versions.h"
#include "protocol/create_partitions.h"
#include "protocol/create_topics.h"
#include "protocol/delete_records.h"
#include "protocol/delete_topics.h"
#include "protocol/describe_cluster.h"
#include "protocol/describe_configs.h"
#include "protocol/describe_log_dirs.h"
#include "protocol/describe_quorum.h"
#include "protocol/describe_topic_partitions.h"
#include "protocol/fetch.h"
#include "protocol/header.h"
#include "protocol/incremental_alter_configs.h"
#include "protocol/list_offsets.h"
#include "protocol/metadata.h"
#include "protocol/offset_for_leader_epoch.h"
#include "protocol/produce.h"
#include "protocol/update_features.h"
#include "records/builder.h"
#include "records/iterate.h"

#include <algorithm>
#include <list>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace kstream::scenarios {
namespace {

/// `name=value` words by name, and the others in their order.
struct Words {
  int version = 0;
  std::map<std::string, std::string> named;
  std::vector<std::string> plain;

  explicit Words(const std::vector<std::string>& words) {
    if (words.size() < 2 || words[1].front() != 'v') throw std::invalid_argument("API vVERSION ...");
    version = std::stoi(words[1].substr(1));
    for (auto word = words.begin() + 2; word != words.end(); ++word) {
      auto equals = word->find('=');
      bool is_partition = word->find('/') != std::string::npos;
      if (equals == std::string::npos || is_partition) {
        plain.push_back(*word);
      } else {
        named[word->substr(0, equals)] = word->substr(equals + 1);
      }
    }
  }
  std::int64_t number(const std::string& name, std::int64_t otherwise) {
    auto found = named.extract(name);
    return found.empty() ? otherwise : std::stoll(found.mapped());
  }
  std::string text(const std::string& name) {
    auto found = named.extract(name);
    return found.empty() ? "" : found.mapped();
  }
};

/// `a,b` in its parts; none of an empty text.
std::vector<std::string> items(const std::string& text, char separator = ',') {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string item; std::getline(in, item, separator);) all.push_back(item);
  return all;
}

/// `TOPIC/PARTITION` and what stands behind the separator: `=values` or `@position`.
struct Target {
  std::string topic;
  std::int32_t partition;
  std::string rest;
};
Target target(const std::string& word, char separator) {
  auto slash = word.find('/'), end = word.find(separator);
  if (slash == std::string::npos) throw std::invalid_argument("TOPIC/PARTITION: " + word);
  auto rest = end == std::string::npos ? "" : word.substr(end + 1);
  return {word.substr(0, slash), std::stoi(word.substr(slash + 1, end - slash - 1)), rest};
}

/// The entry of a topic in a list of them, made if it is new.
template <class Topics>
auto& entry(Topics& topics, std::string std::decay_t<decltype(topics[0])>::*name, const std::string& topic) {
  auto found = std::find_if(topics.begin(), topics.end(), [&](const auto& t) { return t.*name == topic; });
  if (found != topics.end()) return *found;
  topics.emplace_back().*name = topic;
  return topics.back();
}

template <class Request>
std::string encode(const Request& request, int version, std::int32_t correlation, std::string_view client = "") {
  std::string frame;
  protocol::Writer writer(frame, version >= Request::kFlexibleFrom);
  protocol::RequestHeader header;
  header.api_key = static_cast<std::int16_t>(Request::kApiKey);
  header.api_version = static_cast<std::int16_t>(version);
  header.correlation_id = correlation;
  header.client_id = client;
  protocol::write_request_header(writer, header);
  request.encode(writer, version);
  if (!writer.ok()) throw std::invalid_argument("not to be encoded in this version");
  return frame;
}

std::string produce(Words& words, std::int32_t correlation, base::Now now) {
  std::list<std::string> batches;
  protocol::ProduceRequest request;
  request.acks = static_cast<std::int16_t>(words.number("acks", -1));
  request.timeout_ms = static_cast<std::int32_t>(words.number("timeout", 30'000));
  auto producer_id = words.number("producer", -1);
  auto client = words.text("client");
  for (const auto& word : words.plain) {
    auto [topic, partition, values] = target(word, '=');
    records::BatchBuilder builder;
    for (std::size_t at = 0; at <= values.size();) {
      auto end = std::min(values.find(',', at), values.size());
      builder.append(now.wall, std::nullopt, std::string_view(values).substr(at, end - at));
      at = end + 1;
    }
    records::BatchOptions options;
    if (producer_id >= 0) {
      options.producer_id = ProducerId(producer_id);
      options.producer_epoch = 0;
      options.base_sequence = 0;
    }
    batches.push_back(*builder.finish(options));
    if (words.named.contains("damaged")) batches.back().back() ^= 1;
    auto& data = entry(request.topic_data, &protocol::ProduceRequest::TopicProduceData::name, topic)
                     .partition_data.emplace_back();
    data.index = partition;
    data.records = protocol::Records{batches.back(), 0};
  }
  return encode(request, words.version, correlation, client);
}

std::string fetch(Words& words, std::int32_t correlation) {
  protocol::FetchRequest request;
  request.max_wait_ms = static_cast<std::int32_t>(words.number("wait", 0));
  request.min_bytes = static_cast<std::int32_t>(words.number("min", 1));
  request.max_bytes = static_cast<std::int32_t>(words.number("max", 1 << 20));
  auto each = static_cast<std::int32_t>(words.number("each", 1 << 20));
  request.session_id = static_cast<std::int32_t>(words.number("session", 0));
  request.session_epoch = static_cast<std::int32_t>(words.number("at", -1));
  auto epoch = static_cast<std::int32_t>(words.number("epoch", -1));
  for (const auto& word : words.plain) {
    if (word.front() == '-') {
      auto forgotten = target(word.substr(1), '@');
      request.forgotten_topics_data.push_back({forgotten.topic, {}, {forgotten.partition}});
      continue;
    }
    auto [topic, partition, offset] = target(word, '@');
    auto& data = entry(request.topics, &protocol::FetchRequest::FetchTopic::topic, topic).partitions.emplace_back();
    data.partition = partition;
    data.fetch_offset = std::stoll(offset);
    data.partition_max_bytes = each;
    data.current_leader_epoch = epoch;
  }
  return encode(request, words.version, correlation);
}

std::string list_offsets(Words& words, std::int32_t correlation) {
  protocol::ListOffsetsRequest request;
  request.replica_id = -1;
  for (const auto& word : words.plain) {
    auto [topic, partition, time] = target(word, '@');
    auto& data =
        entry(request.topics, &protocol::ListOffsetsRequest::ListOffsetsTopic::name, topic).partitions.emplace_back();
    data.partition_index = partition;
    data.timestamp = std::stoll(time);
  }
  return encode(request, words.version, correlation);
}

std::string offset_for_leader_epoch(Words& words, std::int32_t correlation) {
  protocol::OffsetForLeaderEpochRequest request;
  auto current = static_cast<std::int32_t>(words.number("current", -1));
  for (const auto& word : words.plain) {
    auto [topic, partition, epoch] = target(word, '@');
    auto& data = entry(request.topics, &protocol::OffsetForLeaderEpochRequest::OffsetForLeaderTopic::topic, topic)
                     .partitions.emplace_back();
    data.partition = partition;
    data.leader_epoch = std::stoi(epoch);
    data.current_leader_epoch = current;
  }
  return encode(request, words.version, correlation);
}

std::string delete_records(Words& words, std::int32_t correlation) {
  protocol::DeleteRecordsRequest request;
  request.timeout_ms = static_cast<std::int32_t>(words.number("timeout", 30'000));
  for (const auto& word : words.plain) {
    auto [topic, partition, offset] = target(word, '@');
    entry(request.topics, &protocol::DeleteRecordsRequest::DeleteRecordsTopic::name, topic)
        .partitions.push_back({partition, std::stoll(offset)});
  }
  return encode(request, words.version, correlation);
}

std::string metadata(Words& words, std::int32_t correlation) {
  protocol::MetadataRequest request;
  if (words.version >= 4) request.allow_auto_topic_creation = words.number("create", 0) != 0;
  request.topics.reset();
  if (words.plain.empty() || words.plain.front() != "all") {
    request.topics.emplace();
    for (const auto& name : words.plain) request.topics->emplace_back().name = name;
  }
  return encode(request, words.version, correlation);
}

std::string create_topics(Words& words, std::int32_t correlation) {
  protocol::CreateTopicsRequest request;
  request.validate_only = words.number("validate", 0) != 0;
  request.timeout_ms = static_cast<std::int32_t>(words.number("timeout", 30'000));
  auto partitions = static_cast<std::int32_t>(words.number("partitions", 1));
  auto replicas = static_cast<std::int16_t>(words.number("replicas", 1));
  for (const auto& name : words.plain) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = replicas;
    for (const auto& [config, value] : words.named) topic.configs.push_back({config, value});
  }
  return encode(request, words.version, correlation);
}

/// Resources are `topic:NAME`, `broker:ID`, `logger:ID`, and `NUMBER:NAME` of any other type.
std::string describe_configs(Words& words, std::int32_t correlation) {
  protocol::DescribeConfigsRequest request;
  request.include_synonyms = words.number("synonyms", 0) != 0;
  request.include_documentation = words.number("documentation", 0) != 0;
  auto keys = words.text("keys");
  for (const auto& word : words.plain) {
    auto colon = word.find(':');
    auto type = word.substr(0, colon);
    auto& resource = request.resources.emplace_back();
    resource.resource_type = static_cast<std::int8_t>(type == "topic"    ? 2
                                                      : type == "broker" ? 4
                                                      : type == "logger" ? 8
                                                                         : std::stoi(type));
    resource.resource_name = word.substr(colon + 1);
    resource.configuration_keys.reset();
    if (!keys.empty()) resource.configuration_keys = items(keys);
  }
  return encode(request, words.version, correlation);
}

std::string describe_topic_partitions(Words& words, std::int32_t correlation) {
  protocol::DescribeTopicPartitionsRequest request;
  request.response_partition_limit = static_cast<std::int32_t>(words.number("limit", 2000));
  if (auto cursor = items(words.text("cursor"), ':'); !cursor.empty()) {
    request.cursor = protocol::DescribeTopicPartitionsRequest::Cursor{cursor.at(0), std::stoi(cursor.at(1))};
  }
  for (const auto& name : words.plain) {
    if (name != "all") request.topics.push_back({name});
  }
  return encode(request, words.version, correlation);
}

std::string describe_log_dirs(Words& words, std::int32_t correlation) {
  protocol::DescribeLogDirsRequest request;
  if (words.plain == std::vector<std::string>{"all"}) {
    request.topics.reset();
    return encode(request, words.version, correlation);
  }
  for (const auto& word : words.plain) {
    auto [topic, partition, rest] = target(word, '@');
    entry(*request.topics, &protocol::DescribeLogDirsRequest::DescribableLogDirTopic::topic, topic)
        .partitions.push_back(partition);
  }
  return encode(request, words.version, correlation);
}

std::string describe_cluster(Words& words, std::int32_t correlation) {
  protocol::DescribeClusterRequest request;
  request.endpoint_type = static_cast<std::int8_t>(words.number("type", 1));
  request.include_cluster_authorized_operations = words.number("operations", 0) != 0;
  request.include_fenced_brokers = words.number("fenced", 0) != 0;
  return encode(request, words.version, correlation);
}

std::string delete_topics(Words& words, std::int32_t correlation) {
  protocol::DeleteTopicsRequest request;
  request.timeout_ms = static_cast<std::int32_t>(words.number("timeout", 30'000));
  for (const auto& name : words.plain) {
    if (words.version >= 6) {
      request.topics.emplace_back().name = name;
    } else {
      request.topic_names.push_back(name);
    }
  }
  return encode(request, words.version, correlation);
}

std::string create_partitions(Words& words, std::int32_t correlation) {
  protocol::CreatePartitionsRequest request;
  request.timeout_ms = 30'000;
  request.validate_only = words.number("validate", 0) != 0;
  for (const auto& [name, count] : words.named) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.count = std::stoi(count);
    topic.assignments.reset();
  }
  return encode(request, words.version, correlation);
}

/// `topic:orders`, `broker:1`, `broker:`, `logger:1`, as Kafka numbers and names the resource.
template <class Resource>
void set_resource(Words& words, Resource& resource) {
  static const std::map<std::string, std::int8_t> types = {{"topic", 2}, {"broker", 4}, {"logger", 8}};
  const auto& word = words.plain.at(0);
  resource.resource_type = types.at(word.substr(0, word.find(':')));
  resource.resource_name = word.substr(word.find(':') + 1);
}

std::string alter_configs(Words& words, std::int32_t correlation) {
  protocol::AlterConfigsRequest request;
  request.validate_only = words.number("validate", 0) != 0;
  auto& resource = request.resources.emplace_back();
  set_resource(words, resource);
  for (const auto& [name, value] : words.named) resource.configs.push_back({name, value});
  return encode(request, words.version, correlation);
}

std::string incremental_alter_configs(Words& words, std::int32_t correlation) {
  protocol::IncrementalAlterConfigsRequest request;
  request.validate_only = words.number("validate", 0) != 0;
  auto& resource = request.resources.emplace_back();
  set_resource(words, resource);
  for (const auto& [name, value] : words.named) {  // NAME=, NAME+= and NAME-=
    const auto operation = name.back() == '+' ? 2 : name.back() == '-' ? 3 : 0;
    auto plain = operation > 0 ? name.substr(0, name.size() - 1) : name;
    resource.configs.push_back({plain, static_cast<std::int8_t>(operation), value});
  }
  for (std::size_t i = 1; i < words.plain.size(); ++i) resource.configs.push_back({words.plain[i], 1, std::nullopt});
  return encode(request, words.version, correlation);
}

std::string update_features(Words& words, std::int32_t correlation) {
  protocol::UpdateFeaturesRequest request;
  request.validate_only = words.number("validate", 0) != 0;
  for (const auto& [name, level] : words.named) {
    auto& update = request.feature_updates.emplace_back();
    update.feature = name;
    update.max_version_level = static_cast<std::int16_t>(std::stoi(level));
  }
  return encode(request, words.version, correlation);
}

std::string describe_quorum(const Words& words, std::int32_t correlation) {
  protocol::DescribeQuorumRequest request;
  auto& topic = request.topics.emplace_back();
  topic.topic_name = "__cluster_metadata";
  topic.partitions.emplace_back();
  return encode(request, words.version, correlation);
}

std::string api_versions(Words& words, std::int32_t correlation) {
  protocol::ApiVersionsRequest request;
  request.client_software_name = "scenario";
  request.client_software_version = "1";
  auto cluster = words.named.find("cluster");
  if (cluster != words.named.end()) request.cluster_id = cluster->second;
  request.node_id = static_cast<std::int32_t>(words.number("node", -1));
  auto encodable = std::min(words.version, int{protocol::ApiVersionsRequest::kMaxVersion});
  auto frame = encode(request, encodable, correlation);
  base::store_be(frame.data() + 2, static_cast<std::int16_t>(words.version));
  return frame;
}

/// Values of records, in place of their size.
std::string values_of(std::string_view bytes) {
  std::string text;
  records::BatchReader batches(bytes);
  for (records::BatchView batch; batches.next(batch);) {
    records::RecordReader reader(batch.header, records::payload(batch.bytes));
    for (RecordView record; reader.next(record);) {
      text += (text.empty() ? "" : " ") + std::to_string(record.offset.value) + ':' + std::string(*record.value);
    }
  }
  return text;
}

template <class Response>
std::string describe(std::string_view body, int version) {
  auto response = protocol::decoded<Response>(body, version);
  if (!response.ok()) return "cannot be decoded: " + response.error().detail;
  auto text = response->describe();
  // What says nothing is left out, so that one sees what the answer says.
  static const std::regex silent(
      R"re(\b((throttle_time_ms|error_code|session_id|leader_epoch|topic_config_error_code|config_type):0|\w+:(null|""|\[\]|false|\{\}|A{22})|(record_errors|api_keys):\[\]|(leader_id|epoch|end_offset|leader_epoch|preferred_read_replica|timestamp|log_append_time_ms|finalized_features_epoch):-1|\w+_authorized_operations:-2147483648),?)re");
  static const std::regex default_config(R"re(\{name:"[^"]*",(value:"[^"]*",)?config_source:5\},?)re");
  static const std::regex comma(R"re(,([}\]]))re");
  for (std::string before; before != text;) {
    before = text;
    for (const auto* unsaid : {&silent, &default_config}) text = std::regex_replace(text, *unsaid, "");
    text = std::regex_replace(text, comma, "$1");
  }
  if constexpr (std::is_same_v<Response, protocol::FetchResponse>) {
    for (const auto& topic : response->responses) {
      for (const auto& partition : topic.partitions) {
        if (!partition.records || partition.records->bytes.empty()) continue;
        text += "\n  " + topic.topic + '/' + std::to_string(partition.partition_index) + ": " +
                values_of(partition.records->bytes);
      }
    }
  }
  return text;
}

}  // namespace

std::string request_frame(const std::vector<std::string>& words, std::int32_t correlation, base::Now now,
                          Asked& asked) {
  Words arguments(words);
  asked = {words.front(), arguments.version};
  if (asked.api == "Produce") return produce(arguments, correlation, now);
  if (asked.api == "Fetch") return fetch(arguments, correlation);
  if (asked.api == "ListOffsets") return list_offsets(arguments, correlation);
  if (asked.api == "Metadata") return metadata(arguments, correlation);
  if (asked.api == "CreateTopics") return create_topics(arguments, correlation);
  if (asked.api == "ApiVersions") return api_versions(arguments, correlation);
  if (asked.api == "DeleteRecords") return delete_records(arguments, correlation);
  if (asked.api == "OffsetForLeaderEpoch") return offset_for_leader_epoch(arguments, correlation);
  if (asked.api == "DescribeConfigs") return describe_configs(arguments, correlation);
  if (asked.api == "DescribeTopicPartitions") return describe_topic_partitions(arguments, correlation);
  if (asked.api == "DescribeLogDirs") return describe_log_dirs(arguments, correlation);
  if (asked.api == "DescribeCluster") return describe_cluster(arguments, correlation);
  if (asked.api == "DeleteTopics") return delete_topics(arguments, correlation);
  if (asked.api == "CreatePartitions") return create_partitions(arguments, correlation);
  if (asked.api == "AlterConfigs") return alter_configs(arguments, correlation);
  if (asked.api == "IncrementalAlterConfigs") return incremental_alter_configs(arguments, correlation);
  if (asked.api == "UpdateFeatures") return update_features(arguments, correlation);
  if (asked.api == "DescribeQuorum") return describe_quorum(arguments, correlation);
  throw std::invalid_argument("no API " + asked.api);
}

std::string answer_text(const Asked& asked, std::string_view frame) {
  bool unknown_version = asked.api == "ApiVersions" && asked.version > protocol::ApiVersionsRequest::kMaxVersion;
  auto version = unknown_version ? 0 : asked.version;
  auto body = [&]<class Request, class Response>() {
    protocol::Reader reader(frame, version >= Request::kFlexibleFrom);
    (void)protocol::read_response_header(reader, Request::kApiKey);
    return describe<Response>(frame.substr(frame.size() - reader.left()), version);
  };
  if (asked.api == "Produce") return body.operator()<protocol::ProduceRequest, protocol::ProduceResponse>();
  if (asked.api == "Fetch") return body.operator()<protocol::FetchRequest, protocol::FetchResponse>();
  if (asked.api == "ListOffsets") return body.operator()<protocol::ListOffsetsRequest, protocol::ListOffsetsResponse>();
  if (asked.api == "Metadata") return body.operator()<protocol::MetadataRequest, protocol::MetadataResponse>();
  if (asked.api == "CreateTopics")
    return body.operator()<protocol::CreateTopicsRequest, protocol::CreateTopicsResponse>();
  if (asked.api == "DeleteRecords")
    return body.operator()<protocol::DeleteRecordsRequest, protocol::DeleteRecordsResponse>();
  if (asked.api == "OffsetForLeaderEpoch")
    return body.operator()<protocol::OffsetForLeaderEpochRequest, protocol::OffsetForLeaderEpochResponse>();
  if (asked.api == "DescribeConfigs")
    return body.operator()<protocol::DescribeConfigsRequest, protocol::DescribeConfigsResponse>();
  if (asked.api == "DescribeTopicPartitions")
    return body.operator()<protocol::DescribeTopicPartitionsRequest, protocol::DescribeTopicPartitionsResponse>();
  if (asked.api == "DescribeLogDirs")
    return body.operator()<protocol::DescribeLogDirsRequest, protocol::DescribeLogDirsResponse>();
  if (asked.api == "DescribeCluster")
    return body.operator()<protocol::DescribeClusterRequest, protocol::DescribeClusterResponse>();
  if (asked.api == "DeleteTopics")
    return body.operator()<protocol::DeleteTopicsRequest, protocol::DeleteTopicsResponse>();
  if (asked.api == "CreatePartitions")
    return body.operator()<protocol::CreatePartitionsRequest, protocol::CreatePartitionsResponse>();
  if (asked.api == "AlterConfigs")
    return body.operator()<protocol::AlterConfigsRequest, protocol::AlterConfigsResponse>();
  if (asked.api == "IncrementalAlterConfigs")
    return body.operator()<protocol::IncrementalAlterConfigsRequest, protocol::IncrementalAlterConfigsResponse>();
  if (asked.api == "UpdateFeatures")
    return body.operator()<protocol::UpdateFeaturesRequest, protocol::UpdateFeaturesResponse>();
  if (asked.api == "DescribeQuorum")
    return body.operator()<protocol::DescribeQuorumRequest, protocol::DescribeQuorumResponse>();
  return body.operator()<protocol::ApiVersionsRequest, protocol::ApiVersionsResponse>();
}

}  // namespace kstream::scenarios
