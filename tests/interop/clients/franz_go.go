// franz-go, told what to do as drivers.py describes: franz_go ADDRESS.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A record is [key, value, timestamp, headers], bytes being base64 or null.
type record struct {
	key, value []byte
	timestamp  int64
	headers    []header
}

type header struct {
	name  string
	value []byte
}

func (h *header) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&h.name, &h.value})
}

func (h header) MarshalJSON() ([]byte, error) { return json.Marshal([]any{h.name, h.value}) }

func (r *record) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&r.key, &r.value, &r.timestamp, &r.headers})
}

type place struct {
	topic     string
	partition int32
}

func (p *place) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&p.topic, &p.partition})
}

type call struct {
	Do, Topic, Codec, Acks, Feature string
	Partition, Count                int32
	Level                           int16
	Offset                          int64
	Time                            *int64
	Seconds                         float64
	Records                         []record
	Partitions                      json.RawMessage // a list of places, or how many
	Configs                         map[string]*string
}

func (c call) places() (result []place, err error) {
	err = json.Unmarshal(c.Partitions, &result)
	return
}

func (c call) number() (result int, err error) {
	err = json.Unmarshal(c.Partitions, &result)
	return
}

var (
	errUnknown = errors.New("no such call")
	admin      *kadm.Client
	open       *kgo.Client
	ctx        = context.Background()
)

func client(more ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append(more, kgo.SeedBrokers(os.Args[1]))...)
}

func produce(c call) (any, error) {
	codecs := map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(),
		"snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}
	acks := map[string]kgo.Acks{"0": kgo.NoAck(), "1": kgo.LeaderAck(), "all": kgo.AllISRAcks()}
	producer, err := client(kgo.DisableIdempotentWrite(), kgo.RequiredAcks(acks[c.Acks]), kgo.ProducerLinger(20*time.Millisecond),
		kgo.ProducerBatchCompression(codecs[c.Codec]), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchMaxBytes(1000000), kgo.MaxProduceRequestsInflightPerBroker(1))
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	var records []*kgo.Record
	for _, r := range c.Records {
		made := &kgo.Record{Topic: c.Topic, Partition: c.Partition, Key: r.key, Value: r.value, Timestamp: time.UnixMilli(r.timestamp)}
		for _, h := range r.headers {
			made.Headers = append(made.Headers, kgo.RecordHeader{Key: h.name, Value: h.value})
		}
		records = append(records, made)
	}
	var offsets []int64
	for _, result := range producer.ProduceSync(ctx, records...) {
		if result.Err != nil {
			return nil, result.Err
		}
		offsets = append(offsets, result.Record.Offset)
	}
	if c.Acks == "0" {
		return nil, nil
	}
	return offsets, nil
}

func consume(c call) (any, error) {
	from := kgo.NewOffset().At(c.Offset)
	if c.Time != nil {
		from = kgo.NewOffset().AfterMilli(*c.Time)
	}
	consumer, err := client(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{c.Topic: {c.Partition: from}}),
		kgo.FetchMaxWait(200*time.Millisecond))
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	limit, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	got := []any{}
	for int32(len(got)) < c.Count {
		fetches := consumer.PollRecords(limit, int(c.Count)-len(got))
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		for _, r := range fetches.Records() {
			headers := []header{}
			for _, h := range r.Headers {
				headers = append(headers, header{h.Key, h.Value})
			}
			got = append(got, []any{r.Offset, r.Timestamp.UnixMilli(), r.Key, r.Value, headers})
		}
	}
	return got, nil
}

var assigned = map[place]bool{}

func byTopic(places []place) map[string][]int32 {
	result := map[string][]int32{}
	for _, p := range places {
		result[p.topic] = append(result[p.topic], p.partition)
	}
	return result
}

func assign(c call) (any, error) {
	places, err := c.places()
	if err != nil {
		return nil, err
	}
	if open == nil {
		if open, err = client(kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(300*time.Millisecond)); err != nil {
			return nil, err
		}
	}
	wanted, more, gone := map[place]bool{}, map[string]map[int32]kgo.Offset{}, []place{}
	for _, p := range places {
		wanted[p] = true
		if !assigned[p] {
			if more[p.topic] == nil {
				more[p.topic] = map[int32]kgo.Offset{}
			}
			more[p.topic][p.partition] = kgo.NewOffset().AtStart()
		}
	}
	for p := range assigned {
		if !wanted[p] {
			gone = append(gone, p)
		}
	}
	open.RemoveConsumePartitions(byTopic(gone))
	open.AddConsumePartitions(more)
	assigned = wanted
	return nil, nil
}

func poll(c call) (any, error) {
	limit, cancel := context.WithTimeout(ctx, time.Duration(c.Seconds*float64(time.Second)))
	defer cancel()
	got := []any{}
	for limit.Err() == nil {
		fetches := open.PollFetches(limit)
		for _, wrong := range fetches.Errors() {
			// It tells of a topic that was deleted, and goes on.
			if !errors.Is(wrong.Err, context.DeadlineExceeded) && !errors.Is(wrong.Err, kerr.UnknownTopicID) {
				return nil, wrong.Err
			}
		}
		for _, r := range fetches.Records() {
			got = append(got, []any{r.Topic, r.Partition, r.Offset, r.Value})
		}
	}
	return got, nil
}

func offsets(c call) (any, error) {
	result := []int64{}
	for _, list := range []func() (kadm.ListedOffsets, error){
		func() (kadm.ListedOffsets, error) { return admin.ListStartOffsets(ctx, c.Topic) },
		func() (kadm.ListedOffsets, error) { return admin.ListEndOffsets(ctx, c.Topic) },
		func() (kadm.ListedOffsets, error) { return admin.ListOffsetsAfterMilli(ctx, *c.Time, c.Topic) },
	} {
		listed, err := list()
		if err != nil {
			return nil, err
		}
		found, _ := listed.Lookup(c.Topic, c.Partition)
		if found.Err != nil {
			return nil, found.Err
		}
		result = append(result, found.Offset)
	}
	return result, nil
}

func topicNames() (any, error) {
	topics, err := admin.ListTopics(ctx)
	return topics.Names(), err
}

func describe(c call) (any, error) {
	topics, err := admin.ListTopics(ctx, c.Topic)
	if err == nil {
		err = topics[c.Topic].Err
	}
	return len(topics[c.Topic].Partitions), err
}

func create(c call) (any, error) {
	count, err := c.number()
	if err != nil {
		return nil, err
	}
	_, err = admin.CreateTopic(ctx, int32(count), 1, c.Configs, c.Topic)
	return nil, err
}

func grow(c call) (any, error) {
	count, err := c.number()
	if err != nil {
		return nil, err
	}
	answer, err := admin.UpdatePartitions(ctx, count, c.Topic)
	if err == nil {
		err = answer.Error()
	}
	return nil, err
}

func cluster() (any, error) {
	found, err := admin.BrokerMetadata(ctx)
	brokers := []string{}
	for _, broker := range found.Brokers {
		brokers = append(brokers, fmt.Sprintf("%s:%d", broker.Host, broker.Port))
	}
	return map[string]any{"cluster": found.Cluster, "brokers": brokers}, err
}

func setConfigs(c call) (any, error) {
	var changes []kadm.AlterConfig
	for name, value := range c.Configs {
		change := kadm.AlterConfig{Op: kadm.SetConfig, Name: name, Value: value}
		if value == nil {
			change.Op = kadm.DeleteConfig
		}
		changes = append(changes, change)
	}
	answer, err := admin.AlterTopicConfigs(ctx, changes, c.Topic)
	for _, one := range answer {
		err = errors.Join(err, one.Err)
	}
	return nil, err
}

// The older AlterConfigs, which takes back what it does not name.
func replaceConfigs(c call) (any, error) {
	var all []kadm.AlterConfig
	for name, value := range c.Configs {
		all = append(all, kadm.AlterConfig{Name: name, Value: value})
	}
	answer, err := admin.AlterTopicConfigsState(ctx, all, c.Topic)
	for _, one := range answer {
		err = errors.Join(err, one.Err)
	}
	return nil, err
}

func configs(c call) (any, error) {
	answer, err := admin.DescribeTopicConfigs(ctx, c.Topic)
	result := map[string]*string{}
	for _, resource := range answer {
		err = errors.Join(err, resource.Err)
		for _, config := range resource.Configs {
			result[config.Key] = config.Value
		}
	}
	return result, err
}

func deleteRecords(c call) (any, error) {
	before := kadm.Offsets{}
	before.Add(kadm.Offset{Topic: c.Topic, Partition: c.Partition, At: c.Offset})
	answer, err := admin.DeleteRecords(ctx, before)
	if err == nil {
		err = answer.Error()
	}
	found, _ := answer.Lookup(c.Topic, c.Partition)
	return found.LowWatermark, err
}

func logDirs() (any, error) {
	sizes := map[string]int64{}
	answer, err := admin.DescribeAllLogDirs(ctx, nil)
	for _, broker := range answer {
		err = errors.Join(err, broker.Error())
		broker.EachPartition(func(p kadm.DescribedLogDirPartition) { sizes[fmt.Sprintf("%s-%d", p.Topic, p.Partition)] = p.Size })
	}
	return sizes, err
}

// The end of the epoch that Count names.
func epochEnd(c call) (any, error) {
	var ask kadm.OffsetForLeaderEpochRequest
	ask.Add(c.Topic, c.Partition, c.Count)
	answer, err := admin.OffsetForLeaderEpoch(ctx, ask)
	found := answer[c.Topic][c.Partition]
	return []int64{int64(found.LeaderEpoch), found.EndOffset}, errors.Join(err, found.Err)
}

func run(c call) (any, error) {
	switch c.Do {
	case "produce":
		return produce(c)
	case "consume":
		return consume(c)
	case "assign":
		return assign(c)
	case "pause":
		places, err := c.places()
		open.PauseFetchPartitions(byTopic(places))
		return nil, err
	case "resume":
		places, err := c.places()
		open.ResumeFetchPartitions(byTopic(places))
		return nil, err
	case "poll":
		return poll(c)
	case "offsets":
		return offsets(c)
	case "create":
		return create(c)
	case "topics":
		return topicNames()
	case "describe":
		return describe(c)
	case "cluster":
		return cluster()
	case "delete":
		answer, err := admin.DeleteTopics(ctx, c.Topic)
		return nil, errors.Join(err, answer.Error())
	case "grow":
		return grow(c)
	case "set_configs":
		return setConfigs(c)
	case "replace_configs":
		return replaceConfigs(c)
	case "configs":
		return configs(c)
	case "delete_records":
		return deleteRecords(c)
	case "log_dirs":
		return logDirs()
	case "epoch_end":
		return epochEnd(c)
	}
	return nil, errUnknown
}

func answer(line []byte) any {
	var c call
	if err := json.Unmarshal(line, &c); err != nil {
		return map[string]any{"error": "JSON", "text": err.Error()}
	}
	result, err := run(c)
	if errors.Is(err, errUnknown) {
		return map[string]any{"cannot": true}
	}
	if err != nil {
		name := "error"
		var kafka *kerr.Error
		if errors.As(err, &kafka) {
			name = kafka.Message
		}
		return map[string]any{"error": name, "text": err.Error()}
	}
	return map[string]any{"ok": result}
}

func main() {
	first, err := client()
	if err != nil {
		panic(err)
	}
	admin = kadm.NewClient(first)
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		if err := out.Encode(answer(line)); err != nil {
			panic(err)
		}
	}
}
