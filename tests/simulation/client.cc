#include "simulation/client.h"

#include "protocol/create_partitions.h"
#include "protocol/create_topics.h"
#include "protocol/delete_records.h"
#include "protocol/delete_topics.h"
#include "protocol/fetch.h"
#include "protocol/header.h"
#include "protocol/metadata.h"
#include "protocol/produce.h"
#include "records/builder.h"
#include "records/iterate.h"

#include <algorithm>

namespace kstream::sim {
namespace {

constexpr const char* kNames[] = {"kept", "deleted"};  ///< of the topics
constexpr std::size_t kInFlight = 5;
constexpr auto kUnknownName = static_cast<std::int16_t>(ErrorCode::unknown_topic_or_partition);
constexpr std::size_t kMostPartitions = 8;
/// Topics are named by their ids, so that an answer is about one topic and not about its successor.
constexpr std::int16_t kProduceVersion = 13, kFetchVersion = 13, kCreateVersion = 7, kMetadataVersion = 12,
                       kDeleteVersion = 6, kGrowVersion = 3, kTrimVersion = 2;

}  // namespace

template <class Request>
void Client::send(const Request& request, std::int16_t version, What what) {
  std::string frame;
  protocol::Writer writer(frame, version >= Request::kFlexibleFrom);
  protocol::RequestHeader header;
  header.api_key = static_cast<std::int16_t>(Request::kApiKey);
  header.api_version = version;
  header.correlation_id = ++last_correlation_;
  protocol::write_request_header(writer, header);
  request.encode(writer, version);
  pending_.push_back({last_correlation_, std::move(what)});
  sim_.send(address_, std::move(frame));
}

Client::Topic* Client::find(const Uuid& id) {
  auto found = std::find_if(topics_.begin(), topics_.end(), [&](auto& topic) { return topic.id == id; });
  return found == topics_.end() ? nullptr : &*found;
}

void Client::forget(const Uuid& id) {
  if (auto* topic = find(id)) *topic = {};
}

void Client::act() {
  if (!connected_) connected_ = sim_.connect(*this, address_);
  if (connected_ && sim_.random().chance(0.002)) {
    sim_.disconnect(address_);
    closed();
  }
  if (connected_) {
    const bool all = std::all_of(topics_.begin(), topics_.end(), [](auto& topic) { return topic.known(); });
    if ((!all || stale_ || (sim_.ending() && !learned_at_end_)) && !learning_) learn();
    auto& [kept, passing] = topics_;
    if (passing.known() && sim_.random().chance(sim_.scenario().deletes) && sim_.take_request()) remove(passing);
    if (kept.known() && kept.positions.size() < kMostPartitions && sim_.random().chance(sim_.scenario().grows) &&
        sim_.take_request()) {
      grow(kept);
    }
    if (kept.known() && !sim_.ending() && sim_.random().chance(0.05)) trim(kept);
    while (pending_.size() < kInFlight && sim_.random().chance(0.7)) {
      auto& topic = topics_[sim_.random().below(2)];
      if (!topic.known() || !sim_.take_request()) break;
      produce(topic);
    }
    if (!fetching_ && !finished() && std::any_of(topics_.begin(), topics_.end(), [](auto& t) { return t.known(); }))
      fetch();
  }
  sim_.after(std::chrono::microseconds(sim_.random().between(50, 5000)), [this] { act(); });
}

void Client::learn() {
  protocol::MetadataRequest request;
  request.topics.emplace();
  request.allow_auto_topic_creation = false;
  for (const char* name : kNames) request.topics->emplace_back().name = name;
  learning_ = true;
  stale_ = false;
  if (sim_.ending()) learned_at_end_ = true;
  send(request, kMetadataVersion, Learn{});
}

void Client::create(std::size_t number) {
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = kNames[number];
  topic.num_partitions = sim_.scenario().partitions;
  topic.replication_factor = 1;
  if (sim_.scenario().small_segments) topic.configs.push_back({"internal.segment.bytes", "4096"});
  topic.configs.push_back({"index.interval.bytes", "256"});
  send(request, kCreateVersion, Change{});
}

void Client::remove(Topic& topic) {
  protocol::DeleteTopicsRequest request;
  request.timeout_ms = 30'000;
  request.topics.emplace_back().topic_id = topic.id;
  sim_.checkers().deleting(topic.id);
  Delete what{topic.id};
  topic = {};
  send(request, kDeleteVersion, what);
}

void Client::grow(const Topic& topic) {
  protocol::CreatePartitionsRequest request;
  request.timeout_ms = 30'000;
  auto& asked = request.topics.emplace_back();
  asked.name = kNames[0];
  asked.count = static_cast<std::int32_t>(topic.positions.size()) + 1;
  asked.assignments.reset();
  send(request, kGrowVersion, Change{});
}

void Client::produce(const Topic& topic) {
  PartitionId partition(static_cast<std::int32_t>(sim_.random().below(topic.positions.size())));
  Produce what{{topic.id, partition}, {}};
  records::BatchBuilder builder;
  auto count = sim_.random().between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    what.values.push_back(std::to_string(number_) + "-" + std::to_string(++last_value_) + " " + topic.id.to_string() +
                          std::string(sim_.random().below(300), 'x'));
    builder.append(sim_.now().wall, std::nullopt, what.values.back());
  }
  auto batch = builder.finish({});
  protocol::ProduceRequest request;
  constexpr std::int16_t kAcks[] = {-1, -1, -1, 1, 1, 0};
  request.acks = kAcks[sim_.random().below(std::size(kAcks))];
  request.timeout_ms = 30'000;
  auto& to = request.topic_data.emplace_back();
  to.topic_id = topic.id;
  auto& data = to.partition_data.emplace_back();
  data.index = partition.value;
  data.records = protocol::Records{*batch, 0};
  send(request, kProduceVersion, std::move(what));
  if (request.acks == 0) pending_.pop_back();  // it has no answer
}

void Client::fetch() {
  protocol::FetchRequest request;
  request.max_wait_ms = static_cast<std::int32_t>(sim_.random().below(20));
  request.min_bytes = sim_.random().chance(0.3) ? 2000 : 1;
  request.max_bytes = sim_.random().chance(0.5) ? 1000 : 100'000;
  if (session_ == 0 || sim_.random().chance(0.02)) {
    session_epoch_ = sim_.random().chance(0.5) ? 0 : -1;
    held_.clear();
  }
  request.session_id = session_;
  request.session_epoch = session_epoch_;
  Fetch what;
  for (const auto& known : topics_) {
    if (!known.known()) continue;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = known.id;
    for (const auto& [id, position] : known.positions) {
      const Log log{known.id, id};
      what.least_starts[log] = sim_.checkers().least_start(log);
      // A session has the others as they were: where nothing came, nothing moved.
      if (held_.contains(log) && !moved_.contains(log)) continue;
      auto& partition = topic.partitions.emplace_back();
      partition.partition = id.value;
      partition.fetch_offset = position.next.value;
      partition.partition_max_bytes = sim_.random().chance(0.5) ? 700 : 50'000;
    }
  }
  for (const auto& log : std::exchange(held_, {})) {
    if (!what.least_starts.contains(log))
      request.forgotten_topics_data.push_back({{}, log.topic, {log.partition.value}});
  }
  for (const auto& [log, start] : what.least_starts) held_.insert(log);
  moved_.clear();
  fetching_ = true;
  send(request, kFetchVersion, std::move(what));
}

// Something that it has read, seldom all. Only of the topic that stays: this request names it, and a name may be
// another topic's by now.
void Client::trim(const Topic& topic) {
  auto position = topic.positions.begin();
  std::advance(position, sim_.random().below(topic.positions.size()));
  auto next = static_cast<std::uint64_t>(position->second.next.value);
  protocol::DeleteRecordsRequest request;
  request.timeout_ms = 30'000;
  auto offset = sim_.random().chance(0.1) ? -1 : static_cast<std::int64_t>(sim_.random().below(next / 2 + 1));
  request.topics.push_back({kNames[0], {{position->first.value, offset}}});
  send(request, kTrimVersion, Trim{{topic.id, position->first}});
}

void Client::trimmed(const Trim& what, const std::string& body) {
  auto response = protocol::decoded<protocol::DeleteRecordsResponse>(body, kTrimVersion);
  if (!response.ok()) return;
  auto& partition = response->topics.front().partitions.front();
  if (partition.error_code == 0) sim_.checkers().deleted(what.log, Offset(partition.low_watermark));
}

void Client::receive(const std::string& frame) {
  if (pending_.empty()) return;
  auto pending = std::move(pending_.front());
  pending_.pop_front();
  protocol::Reader reader(frame, true);
  auto correlation = protocol::read_response_header(reader, protocol::ApiKey::produce);
  sim_.checkers().answered(pending.correlation, correlation);
  if (sim_.checkers().violation()) return;
  auto body = frame.substr(frame.size() - reader.left());
  if (auto* produce = std::get_if<Produce>(&pending.what)) return produced(*produce, body);
  if (auto* removal = std::get_if<Delete>(&pending.what)) return removed(*removal, body);
  if (auto* fetch = std::get_if<Fetch>(&pending.what)) return fetched(*fetch, body);
  if (auto* trim = std::get_if<Trim>(&pending.what)) return trimmed(*trim, body);
  if (std::holds_alternative<Learn>(pending.what)) return learned(body);
  stale_ = true;  // whatever has come of it
}

void Client::learned(const std::string& body) {
  learning_ = false;
  auto response = protocol::decoded<protocol::MetadataResponse>(body, kMetadataVersion);
  if (!response.ok()) return;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    auto& told = response->topics.at(i);
    auto& topic = topics_[i];
    if (told.error_code != 0) {
      topic = {};
      learned_at_end_ = false;
      create(i);
      continue;
    }
    if (deleted_.contains(told.topic_id)) sim_.checkers().deleted_topic_is_back(told.topic_id);
    if (topic.id != told.topic_id) topic = {told.topic_id, {}};
    for (const auto& partition : told.partitions) topic.positions[PartitionId(partition.partition_index)];
  }
}

void Client::removed(const Delete& what, const std::string& body) {
  auto response = protocol::decoded<protocol::DeleteTopicsResponse>(body, kDeleteVersion);
  if (response.ok() && response->responses.front().error_code == 0) deleted_.insert(what.topic);
}

void Client::produced(const Produce& what, const std::string& body) {
  auto response = protocol::decoded<protocol::ProduceResponse>(body, kProduceVersion);
  if (!response.ok()) return;
  auto& partition = response->responses.front().partition_responses.front();
  if (partition.error_code == static_cast<std::int16_t>(ErrorCode::unknown_topic_id)) forget(what.log.topic);
  if (partition.error_code == kUnknownName) sim_.checkers().misnamed(what.log);
  if (partition.error_code != 0) return;
  sim_.checkers().acknowledged(what.log, Offset(partition.base_offset), what.values);
  // Whoever produced it reads it.
  if (auto* topic = find(what.log.topic)) topic->positions[what.log.partition].at_end = false;
}

void Client::fetched(const Fetch& what, const std::string& body) {
  fetching_ = false;
  auto response = protocol::decoded<protocol::FetchResponse>(body, kFetchVersion);
  if (!response.ok()) return;
  session_ = response->session_id;
  ++session_epoch_;
  for (auto& told : response->responses) {
    for (auto& partition : told.partitions) {
      Log log{told.topic_id, PartitionId(partition.partition_index)};
      moved_.insert(log);
      auto* topic = find(told.topic_id);
      if (!topic) continue;  // it asks about another by now
      auto& position = topic->positions[log.partition];
      if (partition.error_code == static_cast<std::int16_t>(ErrorCode::unknown_topic_id)) {
        forget(told.topic_id);
        continue;
      }
      if (partition.error_code == static_cast<std::int16_t>(ErrorCode::offset_out_of_range)) {
        position.next = Offset(partition.log_start_offset);
      }
      if (partition.error_code == kUnknownName) sim_.checkers().misnamed(log);
      if (partition.error_code != 0) continue;
      auto least_start = what.least_starts.at(log);
      sim_.checkers().starts(log, least_start, Offset(partition.log_start_offset));
      sim_.checkers().bounds(number_, log, Offset(partition.log_start_offset), Offset(partition.high_watermark));
      if (partition.records) take_records(log, position, least_start, partition.records->bytes);
      position.at_end = position.next.value >= partition.high_watermark;
    }
  }
}

void Client::take_records(const Log& log, Position& position, Offset least_start, base::BytesView bytes) {
  records::BatchReader batches(bytes);
  records::BatchView batch;
  while (batches.next(batch)) {
    records::RecordReader reader(batch.header, records::payload(batch.bytes));
    RecordView record;
    while (reader.next(record)) {
      if (record.offset < position.next) continue;
      sim_.checkers().starts(log, least_start, record.offset);
      sim_.checkers().seen(log, record.offset, std::string(*record.value));
    }
    position.next = std::max(position.next, batch.header.next_offset());
  }
}

void Client::closed() {
  connected_ = fetching_ = learning_ = learned_at_end_ = stale_ = false;
  pending_.clear();
  last_correlation_ = 0;
  session_ = 0;
  topics_ = {};  // after a crash everything is asked for and read again
}

std::string Client::describe() const {
  std::string text = " client " + std::to_string(number_) + (connected_ ? " connected" : " not connected");
  for (const auto& pending : pending_) {
    constexpr const char* kKinds[] = {"produce", "fetch", "metadata", "change", "delete", "trim"};
    text += ", waits for " + std::string(kKinds[pending.what.index()]) + " " + std::to_string(pending.correlation);
  }
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (!topics_[i].known()) text += ", does not know the topic " + std::string(kNames[i]);
    for (const auto& [partition, position] : topics_[i].positions) {
      if (position.at_end) continue;
      text += ", reads " + std::string(kNames[i]) + " " + std::to_string(partition.value) + " from " +
              std::to_string(position.next.value);
    }
  }
  return text + ";";
}

bool Client::finished() const {
  if (!sim_.ending() || !pending_.empty() || stale_ || !learned_at_end_) return false;
  return std::all_of(topics_.begin(), topics_.end(), [](const Topic& topic) {
    return topic.known() &&
           std::all_of(topic.positions.begin(), topic.positions.end(), [](const auto& p) { return p.second.at_end; });
  });
}

}  // namespace kstream::sim
