// Sarama, told what to do as drivers.py describes: sarama ADDRESS.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/IBM/sarama"
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
	Do, Topic, Codec, Acks string
	Partition, Count       int32
	Offset                 int64
	Time                   *int64
	Seconds                float64
	Records                []record
	Partitions             json.RawMessage // a list of places, or how many
	Configs                map[string]*string
}

func (c call) places() (result []place, err error) {
	err = json.Unmarshal(c.Partitions, &result)
	return
}

func (c call) number() (result int32, err error) {
	err = json.Unmarshal(c.Partitions, &result)
	return
}

var (
	errUnknown = errors.New("no such call")
	brokers    []string
)

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Producer.Return.Successes = true
	config.Producer.Return.Errors = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.MaxMessageBytes = 4 << 20
	config.Producer.Flush.Frequency = 20 * time.Millisecond
	config.Consumer.Return.Errors = true
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	return config
}

func produce(c call) (any, error) {
	set := config()
	set.Producer.Compression = map[string]sarama.CompressionCodec{"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP,
		"snappy": sarama.CompressionSnappy, "lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD}[c.Codec]
	set.Producer.RequiredAcks = map[string]sarama.RequiredAcks{"0": sarama.NoResponse, "1": sarama.WaitForLocal,
		"all": sarama.WaitForAll}[c.Acks]
	producer, err := sarama.NewSyncProducer(brokers, set)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	var messages []*sarama.ProducerMessage
	for _, r := range c.Records {
		message := &sarama.ProducerMessage{Topic: c.Topic, Partition: c.Partition, Timestamp: time.UnixMilli(r.timestamp)}
		if r.key != nil {
			message.Key = sarama.ByteEncoder(r.key)
		}
		if r.value != nil {
			message.Value = sarama.ByteEncoder(r.value)
		}
		for _, h := range r.headers {
			message.Headers = append(message.Headers, sarama.RecordHeader{Key: []byte(h.name), Value: h.value})
		}
		messages = append(messages, message)
	}
	var failed sarama.ProducerErrors
	if err := producer.SendMessages(messages); errors.As(err, &failed) {
		return nil, failed[0].Err
	} else if err != nil || c.Acks == "0" {
		return nil, err
	}
	offsets := []int64{}
	for _, message := range messages {
		offsets = append(offsets, message.Offset)
	}
	return offsets, nil
}

func withClient[T any](use func(sarama.Client) (T, error)) (any, error) {
	client, err := sarama.NewClient(brokers, config())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return use(client)
}

func consume(c call) (any, error) {
	return withClient(func(client sarama.Client) (any, error) {
		from := c.Offset
		if c.Time != nil {
			var err error
			if from, err = client.GetOffset(c.Topic, c.Partition, *c.Time); err != nil {
				return nil, err
			}
		}
		consumer, err := sarama.NewConsumerFromClient(client)
		if err != nil {
			return nil, err
		}
		defer consumer.Close()
		reader, err := consumer.ConsumePartition(c.Topic, c.Partition, from)
		if err != nil {
			return nil, err
		}
		defer reader.Close()
		got, end := []any{}, time.After(30*time.Second)
		for int32(len(got)) < c.Count {
			select {
			case m := <-reader.Messages():
				headers := []header{}
				for _, h := range m.Headers {
					headers = append(headers, header{string(h.Key), h.Value})
				}
				got = append(got, []any{m.Offset, m.Timestamp.UnixMilli(), m.Key, m.Value, headers})
			case wrong := <-reader.Errors():
				return nil, wrong.Err
			case <-end:
				return got, nil
			}
		}
		return got, nil
	})
}

var (
	open     sarama.Consumer
	readers  = map[place]sarama.PartitionConsumer{}
	came     = make(chan *sarama.ConsumerMessage, 100000)
	troubles = make(chan error, 1000)
)

func assign(c call) (any, error) {
	places, err := c.places()
	if err == nil && open == nil {
		open, err = sarama.NewConsumer(brokers, config())
	}
	if err != nil {
		return nil, err
	}
	wanted := map[place]bool{}
	for _, p := range places {
		wanted[p] = true
		if readers[p] != nil {
			continue
		}
		reader, err := open.ConsumePartition(p.topic, p.partition, sarama.OffsetOldest)
		if err != nil {
			return nil, err
		}
		readers[p] = reader
		go func() {
			for m := range reader.Messages() {
				came <- m
			}
		}()
		go func() {
			for wrong := range reader.Errors() {
				troubles <- wrong.Err
			}
		}()
	}
	for p, reader := range readers {
		if !wanted[p] {
			reader.AsyncClose()
			delete(readers, p)
		}
	}
	return nil, nil
}

func poll(c call) (any, error) {
	got, end := []any{}, time.After(time.Duration(c.Seconds*float64(time.Second)))
	for {
		select {
		case m := <-came:
			got = append(got, []any{m.Topic, m.Partition, m.Offset, m.Value})
		case err := <-troubles:
			return nil, err
		case <-end:
			return got, nil
		}
	}
}

func offsets(c call) (any, error) {
	return withClient(func(client sarama.Client) (result []int64, err error) {
		for _, when := range []int64{sarama.OffsetOldest, sarama.OffsetNewest, *c.Time} {
			offset, err := client.GetOffset(c.Topic, c.Partition, when)
			if err != nil {
				return nil, err
			}
			result = append(result, offset)
		}
		return result, nil
	})
}

func resource(c call) sarama.ConfigResource {
	return sarama.ConfigResource{Type: sarama.TopicResource, Name: c.Topic}
}

func setConfigs(admin sarama.ClusterAdmin, c call) (any, error) {
	changes := map[string]sarama.IncrementalAlterConfigsEntry{}
	for name, value := range c.Configs {
		change := sarama.IncrementalAlterConfigsEntry{Operation: sarama.IncrementalAlterConfigsOperationSet, Value: value}
		if value == nil {
			change.Operation = sarama.IncrementalAlterConfigsOperationDelete
		}
		changes[name] = change
	}
	return nil, admin.IncrementalAlterConfig(sarama.TopicResource, c.Topic, changes, false)
}

func configs(admin sarama.ClusterAdmin, c call) (any, error) {
	entries, err := admin.DescribeConfig(resource(c))
	result := map[string]string{}
	for _, entry := range entries {
		result[entry.Name] = entry.Value
	}
	return result, err
}

// The client's list: the admin's asks for their configs, too.
func topics() (any, error) {
	return withClient(func(client sarama.Client) ([]string, error) { return client.Topics() })
}

func describe(admin sarama.ClusterAdmin, c call) (any, error) {
	found, err := admin.DescribeTopics([]string{c.Topic})
	if err != nil {
		return nil, err
	}
	if found[0].Err != sarama.ErrNoError {
		return nil, found[0].Err
	}
	return len(found[0].Partitions), nil
}

func create(admin sarama.ClusterAdmin, c call) (any, error) {
	count, err := c.number()
	if err != nil {
		return nil, err
	}
	return nil, admin.CreateTopic(c.Topic, &sarama.TopicDetail{NumPartitions: count, ReplicationFactor: 1, ConfigEntries: c.Configs}, false)
}

func grow(admin sarama.ClusterAdmin, c call) (any, error) {
	count, err := c.number()
	if err != nil {
		return nil, err
	}
	return nil, admin.CreatePartitions(c.Topic, count, nil, false)
}

func cluster(admin sarama.ClusterAdmin) (any, error) {
	found, _, err := admin.DescribeCluster()
	addresses := []string{}
	for _, broker := range found {
		addresses = append(addresses, broker.Addr())
	}
	return map[string]any{"brokers": addresses}, err
}

func logDirs(admin sarama.ClusterAdmin) (any, error) {
	found, _, err := admin.DescribeCluster()
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for _, broker := range found {
		all, err := admin.DescribeLogDirs([]int32{broker.ID()})
		if err != nil {
			return nil, err
		}
		for _, directory := range all[broker.ID()] {
			for _, topic := range directory.Topics {
				for _, partition := range topic.Partitions {
					sizes[fmt.Sprintf("%s-%d", topic.Topic, partition.PartitionID)] = partition.Size
				}
			}
		}
	}
	return sizes, nil
}

func deleteRecords(admin sarama.ClusterAdmin, c call) (any, error) {
	if err := admin.DeleteRecords(c.Topic, map[int32]int64{c.Partition: c.Offset}); err != nil {
		return nil, err
	}
	return c.Offset, nil
}

func runAdmin(c call) (any, error) {
	admin, err := sarama.NewClusterAdmin(brokers, config())
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	switch c.Do {
	case "create":
		return create(admin, c)
	case "describe":
		return describe(admin, c)
	case "cluster":
		return cluster(admin)
	case "delete":
		return nil, admin.DeleteTopic(c.Topic)
	case "grow":
		return grow(admin, c)
	case "set_configs":
		return setConfigs(admin, c)
	case "replace_configs":
		return nil, admin.AlterConfig(sarama.TopicResource, c.Topic, c.Configs, false)
	case "configs":
		return configs(admin, c)
	case "delete_records":
		return deleteRecords(admin, c)
	case "log_dirs":
		return logDirs(admin)
	}
	return nil, errUnknown
}

func pauseOrResume(c call) (any, error) {
	places, err := c.places()
	for _, p := range places {
		if c.Do == "pause" {
			readers[p].Pause()
		} else {
			readers[p].Resume()
		}
	}
	return nil, err
}

func run(c call) (any, error) {
	switch c.Do {
	case "produce":
		return produce(c)
	case "consume":
		return consume(c)
	case "assign":
		return assign(c)
	case "pause", "resume":
		return pauseOrResume(c)
	case "poll":
		return poll(c)
	case "offsets":
		return offsets(c)
	case "topics":
		return topics()
	}
	return runAdmin(c)
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
		var kafka sarama.KError
		if errors.As(err, &kafka) {
			name = fmt.Sprintf("%d", int16(kafka))
		}
		return map[string]any{"error": name, "text": err.Error()}
	}
	return map[string]any{"ok": result}
}

func main() {
	brokers = os.Args[1:]
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
