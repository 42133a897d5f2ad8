#include "records/compress.h"

#include "base/random.h"
#include "random_records.h"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

namespace kstream::records {
namespace {

constexpr Codec kCodecs[] = {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};
constexpr std::size_t kPlenty = std::size_t{1} << 30;

std::string compressed(Codec codec, BytesView in, std::optional<int> level = {}) {
  std::string out;
  const Status status = compress(codec, level, in, out);
  EXPECT_TRUE(status.ok());
  return out;
}

/// All that comes out, or the code's name.
std::string decompressed(Codec codec, BytesView in, std::size_t max = kPlenty) {
  std::string out;
  const Status status = decompress_all(codec, in, max, out);
  return status.ok() ? out : std::string(error_info(status.code()).name);
}

/// What compresses somewhat: 0 to `size` bytes of runs.
std::string sample(std::uint64_t seed, std::size_t size) {
  base::Random random(seed);
  std::string bytes;
  while (bytes.size() < size)
    bytes += random.chance(0.5) ? random_bytes(random, 300) : bytes.substr(random.below(bytes.size() + 1), 500);
  bytes.resize(size);
  return bytes;
}

TEST(Compress, RoundTripsEverySize) {
  for (const Codec codec : kCodecs) {
    for (const std::size_t size : {0u, 1u, 100u, 32'767u, 32'768u, 32'769u, 65'536u, 65'537u, 131'072u, 1'000'000u}) {
      const std::string bytes = sample(size, size);
      ASSERT_EQ(decompressed(codec, compressed(codec, bytes)), bytes)
          << kCodecNames[static_cast<std::size_t>(codec)] << " " << size;
    }
  }
  EXPECT_EQ(decompressed(Codec::none, compressed(Codec::none, "abc")), "abc");
}

TEST(Compress, AppendsToWhatIsThere) {
  for (const Codec codec : kCodecs) {
    std::string out = "head";
    ASSERT_TRUE(compress(codec, {}, "tail", out).ok());
    EXPECT_EQ(out.substr(0, 4), "head");
    std::string back = "before ";
    ASSERT_TRUE(decompress_all(codec, BytesView(out).substr(4), kPlenty, back).ok());
    EXPECT_EQ(back, "before tail");
  }
}

TEST(Compress, ChecksLevels) {
  std::string out;
  EXPECT_EQ(compress(Codec::gzip, 0, "x", out).code(), ErrorCode::invalid_config);
  EXPECT_EQ(compress(Codec::gzip, 10, "x", out).code(), ErrorCode::invalid_config);
  EXPECT_EQ(compress(Codec::gzip, -1, "x", out).code(), ErrorCode::none);
  EXPECT_EQ(compress(Codec::lz4, 18, "x", out).code(), ErrorCode::invalid_config);
  EXPECT_EQ(compress(Codec::lz4, 17, "x", out).code(), ErrorCode::none);
  EXPECT_EQ(compress(Codec::zstd, 23, "x", out).code(), ErrorCode::invalid_config);
  EXPECT_EQ(compress(Codec::zstd, -131072, "x", out).code(), ErrorCode::none);
  EXPECT_EQ(compress(static_cast<Codec>(5), {}, "x", out).code(), ErrorCode::unsupported_compression_type);
  const std::string bytes = sample(1, 100'000);
  EXPECT_LT(compressed(Codec::gzip, bytes, 9).size(), compressed(Codec::gzip, bytes, 1).size());
  EXPECT_LT(compressed(Codec::lz4, bytes, 12).size(), compressed(Codec::lz4, bytes).size());
  EXPECT_LT(compressed(Codec::zstd, bytes, 19).size(), compressed(Codec::zstd, bytes, -5).size());
}

TEST(Compress, WritesSnappyInTheFramingOfJava) {
  const std::string out = compressed(Codec::snappy, std::string(32'768, 'a') + "b");
  EXPECT_EQ(out.substr(0, 16), std::string("\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16));
  const auto first = base::load_be<std::uint32_t>(out.data() + 16);
  std::string block;
  ASSERT_TRUE(snappy::Uncompress(out.data() + 20, first, &block));
  EXPECT_EQ(block, std::string(32'768, 'a'));
  EXPECT_EQ(compressed(Codec::snappy, "").size(), 16u);
}

TEST(Compress, WritesLz4InTheFramesOfJava) {
  const std::string out = compressed(Codec::lz4, sample(2, 70'000));
  // Magic; version 1, independent blocks, nothing else; blocks of 64 KiB.
  EXPECT_EQ(out.substr(0, 6), std::string("\x04\x22\x4d\x18\x60\x40"));
}

TEST(Decompress, KnowsNoOtherCodecs) {
  for (const int codec : {5, 6, 7})
    EXPECT_EQ(decompressed(static_cast<Codec>(codec), "x"), "UNSUPPORTED_COMPRESSION_TYPE");
}

TEST(Decompress, OfNothingIsNothing) {
  for (const Codec codec : kCodecs) EXPECT_EQ(decompressed(codec, ""), "");
}

TEST(Decompress, ReadsBareSnappyBlocks) {
  const std::string bytes = sample(3, 200'000);
  std::string block;
  snappy::Compress(bytes.data(), bytes.size(), &block);
  EXPECT_EQ(decompressed(Codec::snappy, block), bytes);
  EXPECT_EQ(decompressed(Codec::snappy, block, bytes.size()), bytes);
  EXPECT_EQ(decompressed(Codec::snappy, block, bytes.size() - 1), "MESSAGE_TOO_LARGE");
}

TEST(Decompress, ReadsConcatenatedStreams) {
  const std::string a = sample(4, 100'000), b = sample(5, 70'000);
  for (const Codec codec : kCodecs) {
    EXPECT_EQ(decompressed(codec, compressed(codec, a) + compressed(codec, b) + compressed(codec, "")), a + b)
        << kCodecNames[static_cast<std::size_t>(codec)];
  }
}

TEST(Decompress, ReadsLz4FramesOfEveryKind) {
  const std::string bytes = sample(6, 5'000'000);
  for (const LZ4F_blockSizeID_t size : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
    for (const LZ4F_blockMode_t mode : {LZ4F_blockIndependent, LZ4F_blockLinked}) {
      LZ4F_preferences_t preferences{};
      preferences.frameInfo.blockSizeID = size;
      preferences.frameInfo.blockMode = mode;
      preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
      preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
      preferences.frameInfo.contentSize = bytes.size();
      std::string frame(LZ4F_compressFrameBound(bytes.size(), &preferences), '\0');
      frame.resize(LZ4F_compressFrame(frame.data(), frame.size(), bytes.data(), bytes.size(), &preferences));
      ASSERT_EQ(decompressed(Codec::lz4, frame), bytes);
      frame.back() = static_cast<char>(frame.back() ^ 1);  // of the content's checksum
      ASSERT_EQ(decompressed(Codec::lz4, frame), "CORRUPT_MESSAGE");
    }
  }
}

TEST(Decompress, ReadsZstdOfUnknownSizeAndLargeWindows) {
  const std::string bytes = sample(7, 3'000'000);
  for (const int window : {10, 21, 27}) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    std::string frame(ZSTD_compressBound(bytes.size()) + 1000, '\0');
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{frame.data(), frame.size(), 0};
    ASSERT_FALSE(ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue)));
    ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0u);
    ZSTD_freeCCtx(context);
    frame.resize(out.pos);
    EXPECT_EQ(decompressed(Codec::zstd, frame), bytes) << window;
  }
}

TEST(Decompress, StopsAtTheLimit) {
  const std::string zeros(10 << 20, '\0');
  for (const Codec codec : kCodecs) {
    const std::string bomb = compressed(codec, zeros);
    std::string out;
    EXPECT_EQ(decompress_all(codec, bomb, 1 << 20, out).code(), ErrorCode::message_too_large);
    EXPECT_LE(out.size(), std::size_t{1} << 20);
    EXPECT_EQ(decompressed(codec, bomb, zeros.size()), zeros);
    EXPECT_EQ(decompressed(codec, bomb, zeros.size() - 1), "MESSAGE_TOO_LARGE");
  }
}

TEST(Decompress, YieldsSmallPieces) {
  const std::string zeros(10 << 20, '\0');
  for (const Codec codec : kCodecs) {
    const std::string bomb = compressed(codec, zeros);
    Decompressor decompressor(codec, bomb, kPlenty);
    std::size_t size = 0;
    for (auto piece = decompressor.next(); piece && !piece->empty(); piece = decompressor.next()) {
      ASSERT_LE(piece->size(), 64u * 1024);
      size += piece->size();
    }
    EXPECT_EQ(size, zeros.size());
  }
}

TEST(Decompress, RefusesASnappyBlockThatClaimsTheImpossible) {
  using namespace std::literals;
  EXPECT_EQ(decompressed(Codec::snappy, "\xff\xff\xff\xff\x0f\x00x"sv), "CORRUPT_MESSAGE");
  const std::string header("\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16);
  EXPECT_EQ(decompressed(Codec::snappy, header), "");
  EXPECT_EQ(decompressed(Codec::snappy, header.substr(0, 12)), "CORRUPT_MESSAGE");
  EXPECT_EQ(decompressed(Codec::snappy, header + "\0\0"s), "CORRUPT_MESSAGE");
  EXPECT_EQ(decompressed(Codec::snappy, header + "\0\0\0\0"s), "CORRUPT_MESSAGE");
  EXPECT_EQ(decompressed(Codec::snappy, header + "\0\0\0\5abc"s), "CORRUPT_MESSAGE");
  EXPECT_EQ(decompressed(Codec::snappy, header + "\0\0\0\3\1\0a"s), "a");
}

TEST(Decompress, RefusesEveryTruncation) {
  for (const std::size_t size : {50u, 70'000u}) {
    const std::string bytes = sample(8, size);
    for (const Codec codec : kCodecs) {
      const std::string whole = compressed(codec, bytes);
      const std::size_t step = size < 100 ? 1 : 997;
      for (std::size_t cut = 1; cut < whole.size(); cut += step) {
        std::string out;
        const Status status = decompress_all(codec, BytesView(whole).substr(0, cut), kPlenty, out);
        // A snappy stream may end after any of its blocks.
        if (codec == Codec::snappy && status.ok()) {
          ASSERT_LT(out.size(), size);
        } else {
          ASSERT_EQ(status.code(), ErrorCode::corrupt_message)
              << kCodecNames[static_cast<std::size_t>(codec)] << " " << cut;
        }
      }
    }
  }
}

TEST(Decompress, SurvivesEveryFlippedByte) {
  const std::string bytes = sample(9, 400);
  for (const Codec codec : kCodecs) {
    const std::string whole = compressed(codec, bytes) + compressed(codec, bytes);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int flip : {0x01, 0x10, 0x80, 0xff}) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ flip);
        std::string out;
        (void)decompress_all(codec, changed, 1 << 20, out);
        ASSERT_LE(out.size(), std::size_t{1} << 20);
      }
    }
  }
}

}  // namespace
}  // namespace kstream::records
