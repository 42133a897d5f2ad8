#pragma once

#include <kstream/result.h>

#include <string>
#include <string_view>

namespace kstream::cli {

/// The text that one of Kafka's Java classes makes of a key, a value or a header. INVALID_REQUEST if the bytes are none
/// of its kind.
using KafkaDecoder = Result<std::string> (*)(std::string_view bytes);

/// The decoder for a class such as `org.apache.kafka.common.serialization.LongDeserializer` or
/// `org.apache.kafka.tools.api.LongDecoder`; null if it is not known here.
KafkaDecoder find_kafka_decoder(std::string_view class_name);

/// The names of those that are known, for a message.
std::string kafka_decoder_names();

/// Bytes as Java reads UTF-8: U+FFFD for what is none.
std::string java_text(std::string_view bytes);

}  // namespace kstream::cli
