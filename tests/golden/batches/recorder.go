// Recorder produces what record.py's `sample` says with franz-go: recorder ADDRESS CODEC.
package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

func record(i int, codec string) *kgo.Record {
	n := strconv.Itoa(i)
	r := &kgo.Record{Topic: "t", Timestamp: time.UnixMilli(1700000000000 + int64(i)*10 - int64(i%4)*25)}
	if i%3 != 0 {
		r.Key = []byte("key-" + n)
	}
	if i%11 != 10 {
		r.Value = []byte(strings.Repeat("value-"+n+" ", i%7+1))
	}
	if i == 7 && codec != "none" {
		r.Value = []byte(strings.Repeat("0123456789", 7000))
	}
	if i%5 == 0 {
		r.Headers = []kgo.RecordHeader{{Key: "h", Value: []byte(n)}, {Key: "null"}, {Key: "h", Value: []byte{}}}
	}
	return r
}

func main() {
	codec := os.Args[2]
	client, err := kgo.NewClient(kgo.SeedBrokers(os.Args[1]), kgo.DisableIdempotentWrite(), kgo.ProducerBatchCompression(codecs[codec]),
		kgo.ProducerLinger(time.Second), kgo.RequiredAcks(kgo.AllISRAcks()))
	if err != nil {
		panic(err)
	}
	for i := 0; i < 50; i++ {
		client.Produce(context.Background(), record(i, codec), nil)
	}
	if err := client.Flush(context.Background()); err != nil {
		panic(err)
	}
}
