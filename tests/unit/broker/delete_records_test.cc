#include "protocol/delete_records.h"
#include "broker/shard.h"
#include "protocol/header.h"
#include "unit/cluster/world.h"

#include <gtest/gtest.h>

namespace kstream::broker {
namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;

/// What a shard answers at once to DeleteRecords of orders-0, whose topic has this cleanup.policy.
ErrorCode answer_for(const std::string& policy) {
  cluster::World world;
  world.add_broker(1);
  protocol::CreateTopicsRequest create;
  auto& topic = create.topics.emplace_back();
  topic.name = "orders";
  topic.num_partitions = topic.replication_factor = 1;
  world.ask(create);
  protocol::ConfigRecord config;
  config.resource_type = static_cast<std::int8_t>(cluster::ResourceType::topic);
  config.resource_name = "orders";
  config.name = "cleanup.policy";
  config.value = policy;
  EXPECT_TRUE(world.apply(config).ok());

  base::Now now{{0}, Timestamp(0)};
  Shard shard(ShardSetup{0, 1, 1, world.config, world.image(), world.cluster_id, 1, {}}, now);
  DeleteRecordsRequest request;
  request.topics.push_back({"orders", {{0, 0}}});
  std::string frame;
  protocol::Writer writer(frame, true);
  protocol::RequestHeader header;
  header.api_key = static_cast<std::int16_t>(protocol::ApiKey::delete_records);
  header.api_version = 2;
  protocol::write_request_header(writer, header);
  request.encode(writer, 2);
  EXPECT_TRUE(shard.receive(shard.open(0), base::Slice::copy_of(frame), now));

  auto& effects = shard.effects();
  if (effects.sends.empty()) return ErrorCode::none;  // it waits for the checkpoint
  protocol::Reader reader(std::string_view(effects.bytes).substr(4), true);
  (void)protocol::read_response_header(reader, protocol::ApiKey::delete_records);
  DeleteRecordsResponse response;
  response.decode(reader, 2);
  EXPECT_TRUE(reader.ok());
  return static_cast<ErrorCode>(response.topics.at(0).partitions.at(0).error_code);
}

TEST(DeleteRecords, IsRefusedWhereOnlyCompactionRemovesRecords) {
  EXPECT_EQ(answer_for("compact"), ErrorCode::policy_violation);
  EXPECT_EQ(answer_for("delete"), ErrorCode::none);
  EXPECT_EQ(answer_for("compact, delete"), ErrorCode::none);
}

}  // namespace
}  // namespace kstream::broker
