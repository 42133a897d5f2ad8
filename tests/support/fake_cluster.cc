#include "support/fake_cluster.h"

#include "protocol/api_versions.h"
#include "protocol/create_topics.h"
#include "protocol/fetch.h"
#include "protocol/list_offsets.h"
#include "protocol/metadata.h"
#include "protocol/produce.h"
#include "records/iterate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>

namespace kstream::test {

using base::BytesView;
using protocol::ApiKey;

namespace {

bool read_all(int socket, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::recv(socket, to, size, 0);
    if (n <= 0) return false;
    to += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool write_all(int socket, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

constexpr ApiKey kKnown[] = {ApiKey::produce,
                             ApiKey::fetch,
                             ApiKey::list_offsets,
                             ApiKey::metadata,
                             ApiKey::api_versions,
                             ApiKey::create_topics,
                             ApiKey::delete_topics,
                             ApiKey::create_partitions,
                             ApiKey::describe_topic_partitions,
                             ApiKey::describe_configs,
                             ApiKey::incremental_alter_configs,
                             ApiKey::delete_records,
                             ApiKey::describe_log_dirs,
                             ApiKey::describe_cluster,
                             ApiKey::describe_quorum};

std::int16_t code(ErrorCode error) { return static_cast<std::int16_t>(error); }

template <class Request>
Request decode(protocol::Reader& reader, int version) {
  Request request;
  request.decode(reader, version);
  return request;
}

}  // namespace

FakeCluster::FakeCluster(int nodes) {
  for (int i = 1; i <= nodes; ++i) {
    nodes_.push_back(std::make_unique<Node>());
    nodes_.back()->id = NodeId(i);
    listen(*nodes_.back());
  }
}

FakeCluster::~FakeCluster() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (const auto& node : nodes_) stop_node(node->id);
}

void FakeCluster::listen(Node& node) {
  node.listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(node.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(node.port);
  (void)::bind(node.listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(node.listener, 64);
  socklen_t size = sizeof address;
  ::getsockname(node.listener, reinterpret_cast<sockaddr*>(&address), &size);
  node.port = ntohs(address.sin_port);
  node.acceptor = std::thread([this, &node] { accept_all(node); });
}

void FakeCluster::accept_all(Node& node) {
  for (;;) {
    const int socket = ::accept(node.listener, nullptr, nullptr);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    node.sockets.push_back(socket);
    node.connections.emplace_back([this, &node, socket] { serve(node, socket); });
  }
}

void FakeCluster::stop_node(NodeId id) {
  Node& node = *nodes_[static_cast<std::size_t>(id.value - 1)];
  if (node.listener < 0) return;
  ::shutdown(node.listener, SHUT_RDWR);
  node.acceptor.join();
  ::close(node.listener);
  node.listener = -1;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    for (int socket : node.sockets) ::shutdown(socket, SHUT_RDWR);
    threads.swap(node.connections);
  }
  for (std::thread& thread : threads) thread.join();
  for (int socket : node.sockets) ::close(socket);
  node.sockets.clear();
}

void FakeCluster::start_node(NodeId id) { listen(*nodes_[static_cast<std::size_t>(id.value - 1)]); }

void FakeCluster::serve(Node& node, int socket) {
  char length[4];
  std::string frame, out;
  while (read_all(socket, length, sizeof length)) {
    frame.resize(static_cast<std::size_t>(base::load_be<std::int32_t>(length)));
    if (!read_all(socket, frame.data(), frame.size())) break;
    out.assign(4, '\0');
    if (!handle(node, frame, out)) break;
    if (out.size() == 4) continue;
    base::store_be(out.data(), static_cast<std::int32_t>(out.size() - 4));
    if (!write_all(socket, out)) break;
  }
  ::shutdown(socket, SHUT_RDWR);
}

/// False: close the connection.
bool FakeCluster::handle(Node& node, BytesView frame, std::string& out) {
  std::unique_lock lock(mutex_);
  protocol::Reader reader(frame, false);
  Result<protocol::RequestHeader> header = protocol::read_request_header(reader);
  if (!header) return false;
  const auto api = static_cast<ApiKey>(header->api_key);
  ++counts_[api];
  last_versions_[api] = header->api_version;
  Call call{node, *header, reader, out};
  if (cuts_[api].times > 0) {
    --cuts_[api].times;
    if (cuts_[api].carried_out) answer(call);
    return false;
  }
  if (ignored_[api] > 0) return --ignored_[api] >= 0;
  if (stalled_.contains(api)) {
    changed_.wait(lock, [this] { return stopping_; });
    return false;
  }
  return answer(call);
}

bool FakeCluster::answer(Call& call) {
  switch (static_cast<ApiKey>(call.header.api_key)) {
    case ApiKey::api_versions:
      return api_versions(call), true;
    case ApiKey::metadata:
      return metadata(call), true;
    case ApiKey::produce:
      return produce(call), true;
    case ApiKey::fetch:
      return fetch(call), true;
    case ApiKey::list_offsets:
      return list_offsets(call), true;
    case ApiKey::create_topics:
      return create_topics(call), true;
    default:
      return answer_admin(call);
  }
}

void FakeCluster::api_versions(Call& call) {
  protocol::ApiVersionsResponse response;
  const bool known = call.header.supported() && (!limits_.contains(ApiKey::api_versions) ||
                                                 call.header.api_version <= limits_[ApiKey::api_versions]);
  for (ApiKey api : kKnown) {
    const auto& info = *protocol::find_api(static_cast<std::int16_t>(api));
    const int newest = limits_.contains(api) ? limits_[api] : info.max;
    if ((!known && api != ApiKey::api_versions) || newest < 0) continue;
    response.api_keys.push_back({static_cast<std::int16_t>(api), info.min, static_cast<std::int16_t>(newest)});
  }
  if (!known) {
    response.error_code = code(ErrorCode::unsupported_version);
    call.header.api_version = 0;
  }
  response.supported_features = {{"metadata.version", 7, 30}, {"kraft.version", 0, 1}};
  response.finalized_features = {{"metadata.version", 27, 27}, {"old.version", 2, 2}};
  response.finalized_features_epoch = 5;
  reply(call, response);
}

void FakeCluster::metadata(Call& call) {
  const auto request = decode<protocol::MetadataRequest>(call.reader, call.header.api_version);
  protocol::MetadataResponse response;
  response.cluster_id = "fake";
  response.controller_id = 1;
  for (const auto& node : nodes_) response.brokers.push_back({node->id.value, "127.0.0.1", node->port, std::nullopt});
  std::vector<std::string> names;
  if (request.topics) {
    for (const auto& topic : *request.topics) names.push_back(topic.name.value_or(""));
  } else {
    for (const auto& [name, topic] : topics_) names.push_back(name);
  }
  for (const std::string& name : names) {
    auto& topic = response.topics.emplace_back();
    topic.name = name;
    const auto found = topics_.find(name);
    topic.error_code = code(found == topics_.end() ? ErrorCode::unknown_topic_or_partition : ErrorCode::none);
    if (found == topics_.end()) continue;
    topic.topic_id = found->second.id;
    for (std::size_t i = 0; i < found->second.logs.size(); ++i) {
      const Log& log = found->second.logs[i];
      auto& partition = topic.partitions.emplace_back();
      partition.partition_index = static_cast<std::int32_t>(i);
      partition.leader_id = log.leader.value;
      partition.leader_epoch = log.epoch.value;
      partition.replica_nodes = partition.isr_nodes = {log.leader.value};
      if (log.leader.value < 0) partition.error_code = code(ErrorCode::leader_not_available);
    }
  }
  reply(call, response);
}

std::string FakeCluster::name_of(const std::string& name, const Uuid& id) const {
  if (!name.empty()) return name;
  for (const auto& [known, topic] : topics_) {
    if (topic.id == id) return known;
  }
  return {};
}

ErrorCode FakeCluster::check(const Call& call, const TopicPartition& partition, BytesView records) {
  if (partition.topic.empty()) return ErrorCode::unknown_topic_id;
  const Log* log = find(partition);
  if (!log) return ErrorCode::unknown_topic_or_partition;
  if (log->leader != call.node.id) return ErrorCode::not_leader_or_follower;
  return fault_ ? fault_(static_cast<ApiKey>(call.header.api_key), partition, records) : ErrorCode::none;
}

void FakeCluster::produce(Call& call) {
  const auto request = decode<protocol::ProduceRequest>(call.reader, call.header.api_version);
  protocol::ProduceResponse response;
  for (const auto& topic : request.topic_data) {
    auto& answered = response.responses.emplace_back();
    answered.name = topic.name;
    answered.topic_id = topic.topic_id;
    for (const auto& data : topic.partition_data) {
      auto& partition = answered.partition_responses.emplace_back();
      const TopicPartition name{name_of(topic.name, topic.topic_id), PartitionId(data.index)};
      const ErrorCode error = check(call, name, data.records->bytes);
      partition.index = data.index;
      partition.error_code = code(error);
      partition.base_offset = -1;
      if (error == ErrorCode::none) {
        partition.base_offset = find(name)->end.value;
        append_to(*find(name), std::string(data.records->bytes));
      } else if (const Log* log = find(name); hints_ && log) {
        partition.current_leader = {log->leader.value, log->epoch.value};
      }
      if (error == ErrorCode::invalid_record) {
        partition.record_errors = {{-1, "no index"}, {1, "bad record"}, {1000, "no such record"}};
      }
    }
  }
  if (request.acks != 0) reply(call, response);
}

void FakeCluster::append_to(Log& log, std::string batch) {
  base::store_be(batch.data(), log.end.value);
  log.end = records::parse_header(batch)->next_offset();
  log.batches.push_back(std::move(batch));
  changed_.notify_all();
}

void FakeCluster::fetch(Call& call) {
  const auto request = decode<protocol::FetchRequest>(call.reader, call.header.api_version);
  protocol::FetchResponse response;
  std::deque<std::string> kept;
  const auto collect = [&] {
    bool something = false;
    response.responses.clear();
    kept.clear();
    for (const auto& topic : request.topics) {
      auto& answered = response.responses.emplace_back();
      answered.topic = topic.topic;
      answered.topic_id = topic.topic_id;
      for (const auto& asked : topic.partitions) {
        auto& partition = answered.partitions.emplace_back();
        const TopicPartition name{name_of(topic.topic, topic.topic_id), PartitionId(asked.partition)};
        ErrorCode error = check(call, name, {});
        partition.partition_index = asked.partition;
        partition.records = protocol::Records();
        const Log* log = find(name);
        if (log) {
          partition.high_watermark = partition.last_stable_offset = log->end.value;
          partition.log_start_offset = log->start.value;
          if (error == ErrorCode::none &&
              (asked.fetch_offset < log->start.value || asked.fetch_offset > log->end.value)) {
            error = ErrorCode::offset_out_of_range;
          }
        }
        partition.error_code = code(error);
        something = something || error != ErrorCode::none;
        if (error != ErrorCode::none) continue;
        std::string& bytes = kept.emplace_back();
        for (const std::string& batch : log->batches) {
          if (records::parse_header(batch)->last_offset().value < asked.fetch_offset) continue;
          const auto room = static_cast<std::size_t>(asked.partition_max_bytes);
          bytes += bytes.empty() || bytes.size() + batch.size() <= room ? batch : batch.substr(0, room - bytes.size());
          if (bytes.size() >= room) break;
        }
        if (request.isolation_level == 1) {
          partition.aborted_transactions.emplace();
          for (auto [producer, first] : log->aborted) {
            partition.aborted_transactions->push_back({producer.value, first.value});
          }
        }
        partition.records->bytes = bytes;
        something = something || !bytes.empty();
      }
    }
    return something || stopping_;
  };
  std::unique_lock lock(mutex_, std::adopt_lock);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(request.max_wait_ms);
  while (!collect() && changed_.wait_until(lock, deadline) != std::cv_status::timeout) continue;
  lock.release();
  reply(call, response);
}

void FakeCluster::list_offsets(Call& call) {
  const auto request = decode<protocol::ListOffsetsRequest>(call.reader, call.header.api_version);
  protocol::ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& asked : topic.partitions) {
      auto& partition = answered.partitions.emplace_back();
      const TopicPartition name{topic.name, PartitionId(asked.partition_index)};
      const ErrorCode error = check(call, name, {});
      partition.partition_index = asked.partition_index;
      partition.error_code = code(error);
      if (error != ErrorCode::none) continue;
      const Log& log = *find(name);
      if (asked.timestamp == kBeginning.time.value) partition.offset = log.start.value;
      if (asked.timestamp == kEnd.time.value) partition.offset = log.end.value;
      for (const std::string& batch : log.batches) {
        const auto header = *records::parse_header(batch);
        if (asked.timestamp < 0 || partition.offset >= 0 || header.max_timestamp.value < asked.timestamp) continue;
        partition.offset = header.base_offset.value;
        partition.timestamp = header.base_timestamp.value;
      }
    }
  }
  reply(call, response);
}

void FakeCluster::create_topics(Call& call) {
  const auto request = decode<protocol::CreateTopicsRequest>(call.reader, call.header.api_version);
  protocol::CreateTopicsResponse response;
  for (const auto& topic : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    if (topics_.contains(topic.name)) {
      answered.error_code = code(ErrorCode::topic_already_exists);
      answered.error_message = "Topic '" + topic.name + "' already exists.";
      continue;
    }
    answered.num_partitions = topic.num_partitions < 0 ? 1 : topic.num_partitions;
    answered.replication_factor = 1;
    if (request.validate_only) continue;
    Topic& made = topics_[topic.name];
    made.id = Uuid::from_halves(7, next_id_++);
    made.logs.resize(static_cast<std::size_t>(answered.num_partitions));
    for (Log& log : made.logs) log.leader = call.node.id;
    answered.topic_id = made.id;
  }
  reply(call, response);
}

FakeCluster::Log* FakeCluster::find(const TopicPartition& partition) {
  const auto topic = topics_.find(partition.topic);
  const auto index = static_cast<std::size_t>(partition.partition.value);
  return topic == topics_.end() || index >= topic->second.logs.size() ? nullptr : &topic->second.logs[index];
}

const FakeCluster::Log* FakeCluster::find(const TopicPartition& partition) const {
  return const_cast<FakeCluster*>(this)->find(partition);
}

std::string FakeCluster::bootstrap() const {
  std::string result;
  for (const auto& node : nodes_)
    result += (result.empty() ? "127.0.0.1:" : ",127.0.0.1:") + std::to_string(node->port);
  return result;
}

void FakeCluster::create_topic(const std::string& name, int partitions) {
  const std::lock_guard lock(mutex_);
  Topic& topic = topics_[name];
  topic = {};
  topic.id = Uuid::from_halves(7, next_id_++);
  topic.logs.resize(static_cast<std::size_t>(partitions));
  for (std::size_t i = 0; i < topic.logs.size(); ++i) topic.logs[i].leader = nodes_[i % nodes_.size()]->id;
}

void FakeCluster::delete_topic(const std::string& name) {
  const std::lock_guard lock(mutex_);
  topics_.erase(name);
}

void FakeCluster::move_leader(const TopicPartition& partition, NodeId node) {
  const std::lock_guard lock(mutex_);
  find(partition)->leader = node;
  ++find(partition)->epoch.value;
  changed_.notify_all();
}

void FakeCluster::append(const TopicPartition& partition, std::string batch) {
  const std::lock_guard lock(mutex_);
  append_to(*find(partition), std::move(batch));
}

void FakeCluster::set_log_start(const TopicPartition& partition, Offset offset) {
  const std::lock_guard lock(mutex_);
  find(partition)->start = offset;
}

std::vector<std::string> FakeCluster::values(const TopicPartition& partition) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> values;
  for (const std::string& bytes : find(partition)->batches) {
    records::BatchReader reader(bytes);
    records::BatchView batch;
    std::string scratch;
    if (!reader.next(batch)) continue;
    records::RecordReader records(batch.header, *records::record_bytes(batch, SIZE_MAX, scratch));
    for (RecordView record; records.next(record);) values.emplace_back(record.value.value_or("(null)"));
  }
  return values;
}

std::size_t FakeCluster::batch_count(const TopicPartition& partition) const {
  const std::lock_guard lock(mutex_);
  return find(partition)->batches.size();
}

int FakeCluster::requests(ApiKey api) const {
  const std::lock_guard lock(mutex_);
  return counts_.contains(api) ? counts_.at(api) : 0;
}

int FakeCluster::last_version(ApiKey api) const {
  const std::lock_guard lock(mutex_);
  return last_versions_.contains(api) ? last_versions_.at(api) : -1;
}

void FakeCluster::limit_version(ApiKey api, int newest) {
  const std::lock_guard lock(mutex_);
  limits_[api] = newest;
}

void FakeCluster::cut(ApiKey api, int times, bool carried_out) {
  const std::lock_guard lock(mutex_);
  cuts_[api] = {times, carried_out};
}

void FakeCluster::ignore(ApiKey api, int times) {
  const std::lock_guard lock(mutex_);
  ignored_[api] = times;
}

void FakeCluster::stall(ApiKey api) {
  const std::lock_guard lock(mutex_);
  stalled_.insert(api);
}

void FakeCluster::set_fault(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void FakeCluster::set_hints(bool hints) {
  const std::lock_guard lock(mutex_);
  hints_ = hints;
}

void FakeCluster::set_aborted(const TopicPartition& partition, std::vector<std::pair<ProducerId, Offset>> aborted) {
  const std::lock_guard lock(mutex_);
  find(partition)->aborted = std::move(aborted);
}

}  // namespace kstream::test
