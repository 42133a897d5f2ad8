#include "cli/client_settings.h"
#include "cli/config_file.h"

#include <sys/stat.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace kstream::cli {
namespace {

using Settings = std::vector<Setting>;

TEST(ConfigText, TomlOrProperties) {
  auto settings = [](std::string_view text, std::string_view name) {
    auto parsed = parse_config_text(text, name);
    return parsed ? *parsed : Settings{{"error", parsed.error().detail, 0}};
  };
  EXPECT_EQ(settings("[profile.prod]\n\"linger.ms\" = 5\n", "f"), (Settings{{"profile.prod.linger.ms", "5", 2}}));
  EXPECT_EQ(settings("# c\nacks=all\n", "f"), (Settings{{"acks", "all", 2}}));
  EXPECT_EQ(settings("acks = \"all\"\n", "f"), (Settings{{"acks", "all", 1}}));
  EXPECT_EQ(settings("acks = \"all\"\n", "f.properties"), (Settings{{"acks", "\"all\"", 1}}));
  EXPECT_EQ(settings("acks=all\n", "f.toml").front().name, "error");
  EXPECT_EQ(settings("", "f"), Settings{});
}

/// Each test has a folder, which is its XDG_CONFIG_HOME, and a clean environment.
class ClientSettingsTest : public testing::Test {
 protected:
  ClientSettingsTest() {
    char path[] = "/tmp/kstream-settings-XXXXXX";
    folder_ = ::mkdtemp(path);
    std::filesystem::create_directory(folder_ + "/kstream");
    ::setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
  }
  ~ClientSettingsTest() override {
    for (const char* name : {"KSTREAM_SERVER", "KSTREAM_PROFILE", "KSTREAM_LINGER_MS", "XDG_CONFIG_HOME"})
      ::unsetenv(name);
    std::filesystem::remove_all(folder_);
  }
  std::string write(const std::string& name, std::string_view text, mode_t mode = 0644) {
    auto path = folder_ + '/' + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  Result<ClientSettings> settings(const std::vector<std::string>& words) {
    Console console("kproduce", false);
    auto arguments = parse_arguments(kProduceProgram, words);
    if (!arguments) return arguments.error();
    return make_client_settings(*arguments, console);
  }
  std::string get(const std::vector<std::string>& words, std::string_view name) {
    auto made = settings(words);
    return made ? std::string(made->config.get(name)) : "error: " + made.error().detail;
  }
  std::string folder_;
};

TEST_F(ClientSettingsTest, AnAnswerMayTakeAsLongAsTheTimeout) {
  EXPECT_EQ(get({"t"}, "request.timeout.ms"), "10000");
  EXPECT_EQ(get({"t", "--timeout", "1m"}, "request.timeout.ms"), "60000");
  EXPECT_EQ(get({"t", "--timeout", "100ms"}, "request.timeout.ms"), "1500") << "a fetch may wait for 500 ms";
  EXPECT_EQ(get({"t", "--timeout", "1m", "-X", "request.timeout.ms=7000"}, "request.timeout.ms"), "7000");
  EXPECT_EQ(get({"t", "--timeout", "9223372036854775807ms"}, "request.timeout.ms"), "2147483647");
}

TEST_F(ClientSettingsTest, LayersInOrder) {
  EXPECT_EQ(get({}, "bootstrap.servers"), "127.0.0.1:9092");
  write("kstream/client.toml",
        "[profile.prod]\n\"bootstrap.servers\" = \"p:1\"\n\"linger.ms\" = 1\n\"acks\" = \"1\"\n");
  auto file = write("f", "linger.ms=2\n");
  ::setenv("KSTREAM_PROFILE", "prod", 1);
  EXPECT_EQ(get({}, "bootstrap.servers"), "p:1");
  EXPECT_EQ(get({"-C", file}, "linger.ms"), "2");
  EXPECT_EQ(get({"-C", file}, "acks"), "1");
  ::setenv("KSTREAM_LINGER_MS", "3", 1);
  EXPECT_EQ(get({"-C", file}, "linger.ms"), "3");
  EXPECT_EQ(get({"-C", file, "-X", "linger.ms=4"}, "linger.ms"), "4");
  ::setenv("KSTREAM_SERVER", "e:2", 1);
  EXPECT_EQ(get({}, "bootstrap.servers"), "e:2");
  EXPECT_EQ(get({"-b", "b:3,c:4"}, "bootstrap.servers"), "b:3,c:4");
}

TEST_F(ClientSettingsTest, ErrorsNameTheirLayer) {
  auto file = write("f.properties", "# c\nlinger.ms=x\n");
  EXPECT_TRUE(get({"-C", file}, "acks").starts_with("error: " + file + ":2: ")) << get({"-C", file}, "acks");
  EXPECT_TRUE(get({"-X", "lingr.ms=5"}, "acks").starts_with("error: -X: ")) << get({"-X", "lingr.ms=5"}, "acks");
  EXPECT_NE(get({"-X", "lingr.ms=5"}, "acks").find("linger.ms"), std::string::npos);
  ::setenv("KSTREAM_LINGER_MS", "x", 1);
  EXPECT_TRUE(get({}, "acks").starts_with("error: KSTREAM_LINGER_MS: "));
  ::unsetenv("KSTREAM_LINGER_MS");
  EXPECT_TRUE(get({"-C", "/nonexistent"}, "acks").starts_with("error: /nonexistent: No such file"));
  EXPECT_EQ(get({"-X", "acks"}, "acks"), "error: -X wants NAME=VALUE, not 'acks'");
  EXPECT_TRUE(get({"--timeout", "5"}, "acks").starts_with("error: --timeout: "));
  write("kstream/client.toml", "[profile.prod]\n\"acks\" = 1\n");
  EXPECT_EQ(get({"-P", "test"}, "acks"), "error: " + folder_ + "/kstream/client.toml: there is no [profile.test]");
}

TEST_F(ClientSettingsTest, SecretsStayOutOfSight) {
  for (auto name : {"ssl.key.password", "sasl.jaas.config", "some.client.secret"}) {
    EXPECT_NE(get({"-X", std::string(name) + "=x"}, "acks").find("would be seen in ps"), std::string::npos) << name;
  }
  auto path = write("kstream/client.toml", "[profile.prod]\n\"ssl.key.password\" = \"x\"\n", 0644);
  EXPECT_NE(get({"-P", "prod"}, "acks").find("chmod 600 " + path), std::string::npos);
  EXPECT_TRUE(is_secret("listener.name.x.ssl.key.password"));
  EXPECT_FALSE(is_secret("acks"));
}

TEST_F(ClientSettingsTest, CommandsToPasteReachTheSameCluster) {
  EXPECT_EQ(settings({"-b", "h:1", "-X", "acks=1"})->same_cluster, " -b h:1");
  EXPECT_EQ(settings({"-b", "h:1", "--timeout", "300ms"})->timeout, std::chrono::milliseconds(300));
}

}  // namespace
}  // namespace kstream::cli
