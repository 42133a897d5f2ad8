#pragma once

#include <kstream/config_resource.h>
#include <kstream/error.h>
#include <kstream/ids.h>
#include <kstream/topic_partition.h>

#include "base/bytes.h"
#include "protocol/api_table.h"
#include "protocol/header.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace kstream::test {

/// Kafka brokers, as far as a client can tell, in this process: they listen on loopback, keep records in memory and do
/// what a test asks for. A thread for each connection; everything is under one mutex.
class FakeCluster {
 public:
  explicit FakeCluster(int nodes = 1);
  ~FakeCluster();

  /// `host:port,...` of all nodes.
  std::string bootstrap() const;
  /// Partition p is led by node (p + 1) mod nodes, counted from 1.
  void create_topic(const std::string& name, int partitions);
  void delete_topic(const std::string& name);
  /// A new epoch with another leader.
  void move_leader(const TopicPartition& partition, NodeId node);
  /// Appends a batch as it is, but for its base offset.
  void append(const TopicPartition& partition, std::string batch);
  void set_log_start(const TopicPartition& partition, Offset offset);

  /// Values of all records, batch by batch, in the order of the log.
  std::vector<std::string> values(const TopicPartition& partition) const;
  std::size_t batch_count(const TopicPartition& partition) const;
  /// How many requests of a kind came, and the version of the last one.
  int requests(protocol::ApiKey api) const;
  int last_version(protocol::ApiKey api) const;

  /// The newest version that the brokers know; -1: they do not know the API.
  void limit_version(protocol::ApiKey api, int newest);
  /// The next `times` requests of a kind close the connection: after they were carried out, or before.
  void cut(protocol::ApiKey api, int times, bool carried_out);
  /// The next `times` requests of a kind are not answered.
  void ignore(protocol::ApiKey api, int times);
  /// From now on a request of a kind is the last thing that is read of its connection, which stays open.
  void stall(protocol::ApiKey api);
  /// Asked for each partition of a Produce or Fetch request, and once for a request that is about none; an error is
  /// answered instead. Of DescribeCluster only requests for brokers are meant.
  using Fault = std::function<ErrorCode(protocol::ApiKey, const TopicPartition&, base::BytesView records)>;
  void set_fault(Fault fault);
  /// A node answers nothing and refuses connections, until it is started again at the same port.
  void stop_node(NodeId node);
  void start_node(NodeId node);
  /// Whether Produce and Fetch tell where the leader is (KIP-951).
  void set_hints(bool hints);
  /// How many partitions a page of DescribeTopicPartitions has.
  void set_page(int partitions);
  /// What was set for a resource.
  std::map<std::string, std::string> configs(const ConfigResource& resource) const;
  /// Aborted transactions as Fetch reports them to who reads committed records.
  void set_aborted(const TopicPartition& partition, std::vector<std::pair<ProducerId, Offset>> aborted);

 private:
  struct Log {
    std::vector<std::string> batches;
    Offset start, end;
    NodeId leader;
    LeaderEpoch epoch{1};
    std::vector<std::pair<ProducerId, Offset>> aborted;
  };
  struct Topic {
    Uuid id;
    std::vector<Log> logs;
  };
  struct Cut {
    int times = 0;
    bool carried_out = false;
  };
  struct Node {
    NodeId id;
    std::uint16_t port = 0;
    int listener = -1;
    std::thread acceptor;
    std::vector<int> sockets;
    std::vector<std::thread> connections;
  };
  /// A request that is being handled.
  struct Call {
    Node& node;
    protocol::RequestHeader header;
    protocol::Reader& reader;
    std::string& out;
  };

  void listen(Node& node);
  void accept_all(Node& node);
  void serve(Node& node, int socket);
  bool handle(Node& node, base::BytesView frame, std::string& out);
  bool answer(Call& call);
  void api_versions(Call& call);
  void metadata(Call& call);
  void produce(Call& call);
  void fetch(Call& call);
  void list_offsets(Call& call);
  void create_topics(Call& call);
  /// What is in fake_admin.cc.
  bool answer_admin(Call& call);
  void delete_topics(Call& call);
  void create_partitions(Call& call);
  void describe_topic_partitions(Call& call);
  void describe_configs(Call& call);
  void alter_configs(Call& call);
  void delete_records(Call& call);
  void describe_log_dirs(Call& call);
  void describe_cluster(Call& call);
  void describe_quorum(Call& call);
  Log* find(const TopicPartition& partition);
  const Log* find(const TopicPartition& partition) const;
  std::string name_of(const std::string& name, const Uuid& id) const;
  ErrorCode check(const Call& call, const TopicPartition& partition, base::BytesView records);
  void append_to(Log& log, std::string batch);
  template <class Response>
  void reply(Call& call, const Response& response) {
    const int version = call.header.api_version;
    protocol::Writer writer(call.out, version >= Response::kFlexibleFrom);
    write_response_header(writer, Response::kApiKey, call.header.correlation_id);
    response.encode(writer, version);
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::string, Topic> topics_;
  std::map<ConfigResource, std::map<std::string, std::string>> configs_;
  int page_ = 2000;
  std::map<protocol::ApiKey, int> counts_, last_versions_, limits_, ignored_;
  std::map<protocol::ApiKey, Cut> cuts_;
  std::set<protocol::ApiKey> stalled_;
  Fault fault_;
  bool hints_ = false;
  bool stopping_ = false;
  std::uint64_t next_id_ = 1;
};

}  // namespace kstream::test
