#include "simulation/client.h"

#include "protocol/create_topics.h"
#include "protocol/delete_records.h"
#include "protocol/fetch.h"
#include "protocol/header.h"
#include "protocol/produce.h"
#include "records/builder.h"
#include "records/iterate.h"

namespace kstream::sim {
namespace {

constexpr const char* kTopic = "orders";
constexpr std::size_t kInFlight = 5;
constexpr std::int16_t kProduceVersion = 9, kFetchVersion = 12, kCreateVersion = 7, kDeleteVersion = 2;

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

void Client::act() {
  if (!connected_) connected_ = sim_.connect(*this, address_);
  if (connected_ && sim_.random().chance(0.002)) {
    sim_.disconnect(address_);
    closed();
  }
  if (connected_) {
    if (!topic_known_) {
      if (pending_.empty()) create();
    } else {
      while (pending_.size() < kInFlight && sim_.random().chance(0.7) && sim_.take_request()) produce();
      if (!fetching_ && !finished()) fetch();
      if (!sim_.ending() && sim_.random().chance(0.05)) delete_records();
    }
  }
  sim_.after(std::chrono::microseconds(sim_.random().between(50, 5000)), [this] { act(); });
}

void Client::create() {
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = kTopic;
  topic.num_partitions = sim_.scenario().partitions;
  topic.replication_factor = 1;
  if (sim_.scenario().small_segments) topic.configs.push_back({"internal.segment.bytes", "4096"});
  topic.configs.push_back({"index.interval.bytes", "256"});
  send(request, kCreateVersion, Create{});
}

void Client::produce() {
  Produce what{PartitionId(static_cast<std::int32_t>(
                   sim_.random().below(static_cast<std::uint64_t>(sim_.scenario().partitions)))),
               {}};
  records::BatchBuilder builder;
  auto count = sim_.random().between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    what.values.push_back(std::to_string(number_) + "-" + std::to_string(++last_value_) +
                          std::string(sim_.random().below(300), 'x'));
    builder.append(sim_.now().wall, std::nullopt, what.values.back());
  }
  auto batch = builder.finish({});
  protocol::ProduceRequest request;
  constexpr std::int16_t kAcks[] = {-1, -1, -1, 1, 1, 0};
  request.acks = kAcks[sim_.random().below(std::size(kAcks))];
  request.timeout_ms = 30'000;
  auto& topic = request.topic_data.emplace_back();
  topic.name = kTopic;
  auto& data = topic.partition_data.emplace_back();
  data.index = what.partition.value;
  data.records = protocol::Records{*batch, 0};
  send(request, kProduceVersion, std::move(what));
  if (request.acks == 0) pending_.pop_back();  // it has no answer
}

void Client::fetch() {
  protocol::FetchRequest request;
  request.max_wait_ms = static_cast<std::int32_t>(sim_.random().below(20));
  request.min_bytes = sim_.random().chance(0.3) ? 2000 : 1;
  request.max_bytes = sim_.random().chance(0.5) ? 1000 : 100'000;
  if (session_ == 0 || sim_.random().chance(0.02)) session_epoch_ = sim_.random().chance(0.5) ? 0 : -1;
  request.session_id = session_;
  request.session_epoch = session_epoch_;
  auto& topic = request.topics.emplace_back();
  topic.topic = kTopic;
  Fetch what;
  for (std::int32_t p = 0; p < sim_.scenario().partitions; ++p) {
    // A session has the others as they were: where nothing came, nothing moved.
    if (session_epoch_ > 0 && !moved_.contains(PartitionId(p))) continue;
    auto& partition = topic.partitions.emplace_back();
    partition.partition = p;
    partition.fetch_offset = positions_[PartitionId(p)].next.value;
    partition.partition_max_bytes = sim_.random().chance(0.5) ? 700 : 50'000;
    what.least_starts[PartitionId(p)] = sim_.checkers().least_start(PartitionId(p));
  }
  moved_.clear();
  fetching_ = true;
  send(request, kFetchVersion, std::move(what));
}

// Something that it has read, seldom all.
void Client::delete_records() {
  if (positions_.empty()) return;
  auto position = positions_.begin();
  std::advance(position, sim_.random().below(positions_.size()));
  auto next = static_cast<std::uint64_t>(position->second.next.value);
  protocol::DeleteRecordsRequest request;
  request.timeout_ms = 30'000;
  auto offset = sim_.random().chance(0.1) ? -1 : static_cast<std::int64_t>(sim_.random().below(next / 2 + 1));
  request.topics.push_back({kTopic, {{position->first.value, offset}}});
  send(request, kDeleteVersion, Delete{position->first});
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
  if (auto* what = std::get_if<Produce>(&pending.what)) {
    produced(*what, body);
  } else if (auto* asked = std::get_if<Fetch>(&pending.what)) {
    fetching_ = false;
    fetched(*asked, body);
  } else if (auto* deletion = std::get_if<Delete>(&pending.what)) {
    deleted(*deletion, body);
  } else {
    auto response = protocol::decoded<protocol::CreateTopicsResponse>(body, kCreateVersion);
    auto code =
        response.ok() ? static_cast<ErrorCode>(response->topics.front().error_code) : ErrorCode::unknown_server_error;
    topic_known_ = code == ErrorCode::none || code == ErrorCode::topic_already_exists;
  }
}

void Client::produced(const Produce& what, const std::string& body) {
  auto response = protocol::decoded<protocol::ProduceResponse>(body, kProduceVersion);
  if (!response.ok()) return;
  auto& partition = response->responses.front().partition_responses.front();
  if (partition.error_code != 0) return;
  sim_.checkers().acknowledged(what.partition, Offset(partition.base_offset), what.values);
  positions_[what.partition].at_end = false;  // whoever produced it reads it
}

void Client::deleted(const Delete& what, const std::string& body) {
  auto response = protocol::decoded<protocol::DeleteRecordsResponse>(body, kDeleteVersion);
  if (!response.ok()) return;
  auto& partition = response->topics.front().partitions.front();
  if (partition.error_code == 0) sim_.checkers().deleted(what.partition, Offset(partition.low_watermark));
}

void Client::fetched(const Fetch& what, const std::string& body) {
  auto response = protocol::decoded<protocol::FetchResponse>(body, kFetchVersion);
  if (!response.ok()) return;
  session_ = response->session_id;
  ++session_epoch_;
  for (auto& topic : response->responses) {
    for (auto& partition : topic.partitions) {
      PartitionId id(partition.partition_index);
      moved_.insert(id);
      if (partition.error_code == static_cast<std::int16_t>(ErrorCode::offset_out_of_range)) {
        positions_[id].next = Offset(partition.log_start_offset);
      }
      if (partition.error_code != 0) continue;
      auto least_start = what.least_starts.at(id);
      sim_.checkers().starts(id, least_start, Offset(partition.log_start_offset));
      sim_.checkers().bounds(number_, id, Offset(partition.log_start_offset), Offset(partition.high_watermark));
      if (partition.records) take_records(id, least_start, partition.records->bytes);
      positions_[id].at_end = positions_[id].next.value >= partition.high_watermark;
    }
  }
}

void Client::take_records(PartitionId partition, Offset least_start, base::BytesView bytes) {
  auto& position = positions_[partition];
  records::BatchReader batches(bytes);
  records::BatchView batch;
  while (batches.next(batch)) {
    records::RecordReader reader(batch.header, records::payload(batch.bytes));
    RecordView record;
    while (reader.next(record)) {
      if (record.offset < position.next) continue;
      sim_.checkers().starts(partition, least_start, record.offset);
      sim_.checkers().seen(partition, record.offset, std::string(*record.value));
    }
    position.next = std::max(position.next, batch.header.next_offset());
  }
}

void Client::closed() {
  connected_ = fetching_ = false;
  pending_.clear();
  last_correlation_ = 0;
  positions_.clear();  // after a crash everything is read again
  session_ = 0;
}

std::string Client::describe() const {
  std::string text = " client " + std::to_string(number_) + (connected_ ? " connected" : " not connected");
  if (!topic_known_) text += ", knows no topic";
  for (const auto& pending : pending_) {
    constexpr const char* kKinds[] = {"produce", "fetch", "create", "delete"};
    text += ", waits for " + std::string(kKinds[pending.what.index()]) + " " + std::to_string(pending.correlation);
  }
  for (const auto& [partition, position] : positions_) {
    if (!position.at_end)
      text += ", reads " + std::to_string(partition.value) + " from " + std::to_string(position.next.value);
  }
  return text + ";";
}

bool Client::finished() const {
  if (!sim_.ending() || !pending_.empty() || !topic_known_ ||
      positions_.size() < static_cast<std::size_t>(sim_.scenario().partitions)) {
    return false;
  }
  return std::all_of(positions_.begin(), positions_.end(), [](auto& p) { return p.second.at_end; });
}

}  // namespace kstream::sim
