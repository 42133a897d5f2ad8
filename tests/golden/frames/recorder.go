// Recorder makes franz-go send what it can: recorder ADDRESS.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var ctx, _ = context.WithTimeout(context.Background(), 2*time.Minute)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func client(more ...kgo.Opt) *kgo.Client {
	c, err := kgo.NewClient(append(more, kgo.SeedBrokers(os.Args[1]))...)
	must(err)
	return c
}

func record(partition int32) *kgo.Record {
	return &kgo.Record{Topic: "orders", Partition: partition, Timestamp: time.UnixMilli(1700000000000), Key: []byte("key"),
		Value: []byte("value"), Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("1")}}}
}

func produce(more ...kgo.Opt) {
	c := client(append(more, kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	defer c.Close()
	must(c.ProduceSync(ctx, record(0)).FirstErr())
}

// poll returns when something was read.
func poll(c *kgo.Client) {
	must(c.PollFetches(ctx).Err())
}

func read() {
	c := client(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"orders": {0: kgo.NewOffset().AtStart()}}))
	defer c.Close()
	poll(c)
}

func join(group string, more ...kgo.Opt) {
	c := client(append(more, kgo.ConsumerGroup(group), kgo.ConsumeTopics("orders"), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.HeartbeatInterval(500*time.Millisecond))...)
	defer c.Close()
	poll(c)
	must(c.CommitUncommittedOffsets(ctx))
	time.Sleep(2 * time.Second)
	describe(c, group)
}

func describe(c *kgo.Client, group string) {
	admin := kadm.NewClient(c)
	if group == "classic" {
		attempt(admin.DescribeGroups(ctx, group))
	} else {
		attempt(admin.DescribeConsumerGroups(ctx, group))
	}
}

func share(admin *kadm.Client) {
	c := client(kgo.ShareGroup("sharers"), kgo.ConsumeTopics("orders"))
	defer c.Close()
	producer := client(kgo.DefaultProduceTopic("orders"))
	defer producer.Close()
	// The group begins at the end of the topic, wherever that is when the group is made.
	go func() {
		for producer.ProduceSync(ctx, kgo.StringRecord("shared")).FirstErr() == nil {
			time.Sleep(time.Second)
		}
	}()
	poll(c)
	time.Sleep(2 * time.Second)
	attempt(admin.DescribeShareGroups(ctx, "sharers"))
	attempt(admin.DescribeShareGroupOffsets(ctx, "sharers"))
}

func transact() {
	session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(os.Args[1]), kgo.TransactionalID("transactions"),
		kgo.ConsumerGroup("transactors"), kgo.ConsumeTopics("orders"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	must(err)
	defer session.Close()
	must(session.PollFetches(ctx).Err())
	must(session.Begin())
	must(session.ProduceSync(ctx, &kgo.Record{Topic: "orders", Value: []byte("transactional")}).FirstErr())
	_, err = session.End(ctx, kgo.TryCommit)
	must(err)
}

// attempt takes the results of a call that may be refused: that is an answer too.
func attempt[T any](_ T, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
	}
}

func topics(admin *kadm.Client) {
	forever, hour := "-1", "3600000"
	retention := []kadm.AlterConfig{{Name: "retention.ms", Value: &hour}}
	first := kadm.TopicsSet{"orders": {0: {}}}
	attempt(admin.CreateTopics(ctx, 2, 1, map[string]*string{"retention.ms": &forever}, "made", "gone"))
	attempt(admin.ListTopics(ctx))
	attempt(admin.AlterTopicConfigs(ctx, retention, "orders"))
	attempt(admin.AlterTopicConfigsState(ctx, retention, "orders"))
	attempt(admin.DescribeTopicConfigs(ctx, "orders"))
	attempt(admin.ListConfigResources(ctx))
	attempt(admin.CreatePartitions(ctx, 1, "orders"))
	attempt(admin.ListStartOffsets(ctx, "orders"))
	attempt(admin.ListMaxTimestampOffsets(ctx, "orders"))
	attempt(admin.DeleteRecords(ctx, kadm.Offsets{"orders": {0: {Topic: "orders", At: 1}}}))
	attempt(admin.OffsetForLeaderEpoch(ctx, kadm.OffsetForLeaderEpochRequest{"orders": {0: 0}}))
	attempt(admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, first))
	attempt(admin.AlterPartitionAssignments(ctx, kadm.AlterPartitionAssignmentsReq{"orders": {0: {1}}}))
	attempt(admin.ListPartitionReassignments(ctx, first))
	attempt(admin.DescribeAllLogDirs(ctx, first))
	attempt(admin.DescribeProducers(ctx, first))
	attempt(admin.DeleteTopics(ctx, "gone"))
}

func security(admin *kadm.Client) {
	acls := func() *kadm.ACLBuilder {
		return kadm.NewACLs().Topics("orders").Allow("User:somebody").AllowHosts("*").Operations(kadm.OpRead)
	}
	attempt(admin.CreateACLs(ctx, acls()))
	attempt(admin.DescribeACLs(ctx, acls()))
	attempt(admin.DeleteACLs(ctx, acls()))
	attempt(admin.AlterUserSCRAMs(ctx, nil,
		[]kadm.UpsertSCRAM{{User: "somebody", Mechanism: kadm.ScramSha256, Iterations: 4096, Password: "secret"}}))
	attempt(admin.DescribeUserSCRAMs(ctx))
	attempt(admin.DescribeClientQuotas(ctx, false, nil))
}

func groups(admin *kadm.Client) {
	attempt(admin.ListGroups(ctx))
	attempt(admin.FetchOffsets(ctx, "classic"))
	attempt(admin.DeleteOffsets(ctx, "classic", kadm.TopicsSet{"orders": {0: {}}}))
	attempt(admin.DeleteGroups(ctx, "classic"))
	attempt(admin.ListTransactions(ctx, nil, nil))
	attempt(admin.DescribeTransactions(ctx, "transactions"))
}

func main() {
	produce()
	produce(kgo.DisableIdempotentWrite(), kgo.RequiredAcks(kgo.LeaderAck()))
	read()
	join("classic")
	join("modern", kgo.ServerSideBalancer())
	transact()
	admin := kadm.NewClient(client())
	share(admin)
	topics(admin)
	security(admin)
	groups(admin)
}
