// Runs every transcript of this folder (README.md) and compares what came out. KSTREAM_SCENARIOS_UPDATE=1 writes what
// came out back into the files, to be read before it is committed.
#include "base/bytes.h"
#include "scenarios/requests.h"
#include "scenarios/stage.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <sstream>

namespace kstream::scenarios {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class Transcript {
 public:
  /// The lines of the file, each command followed by what it caused.
  std::string run(std::istream& file) {
    for (std::string line; std::getline(file, line);) {
      if (std::regex_search(line, std::regex("^[a-z]+<|^  |^broker<"))) continue;  // what came out last time
      out_ += line + "\n";
      if (line.empty() || line.front() == '#') continue;
      try {
        act(split(line));
      } catch (const std::exception& error) {
        ADD_FAILURE() << line << ": " << error.what();
      }
    }
    return out_;
  }

 private:
  void act(const std::vector<std::string>& words) {
    const auto& what = words.front();
    if (what.back() == '>') return send(what.substr(0, what.size() - 1), {words.begin() + 1, words.end()});
    if (what == "start") return start(words);
    if (what == "stop") return say("broker<", stage_->stop() ? "stopped" : "stopped, not everything was closed");
    if (what == "wait") return stage_->wait(std::chrono::milliseconds(std::stoi(words.at(1))));
    if (what == "kill") return stage_->kill();
    if (what == "power" && words.at(1) == "fails") return stage_->lose_power();
    if (what == "disk" && words.at(1) == "holds") return stage_->hold_disk(true);
    if (what == "disk" && words.at(1) == "goes") return stage_->hold_disk(false);
    if (what == "disk" && words.at(1) == "breaks") return stage_->break_disk();
    if (words.size() > 1 && words[1] == "connects") return connect(what, words);
    if (words.size() > 1 && words[1] == "leaves") return stage_->leave(what);
    throw std::invalid_argument("not understood");
  }

  /// `start [SHARDS] [CONFIG=VALUE]`: the first makes the broker.
  void start(const std::vector<std::string>& words) {
    if (!stage_) {
      stage_.emplace(
          words.size() > 1 ? std::stoul(words[1]) : 2,
          [this](const std::string& client, const std::string& frame) { answered(client, frame); },
          [this](const std::string& client, broker::CloseReason reason) {
            say(client + "<", std::string("closed: ") + kReasons[static_cast<std::size_t>(reason)]);
          });
      stage_->config = configuration(words);
    }
    auto why = stage_->start();
    say("broker<", why.empty() ? "serving" : why);
  }

  /// What a kserver with these settings on a disk in memory would obey.
  static config::BrokerConfig configuration(const std::vector<std::string>& words) {
    config::Values values{{"log.dirs", "/memory"}, {"listeners", "PLAINTEXT://127.0.0.1:9092"}};
    for (const auto& word : words) {
      if (auto equals = word.find('='); equals != word.npos) values[word.substr(0, equals)] = word.substr(equals + 1);
    }
    auto made = config::make_broker_config(values);
    if (!made.ok()) throw std::invalid_argument(made.error().detail);
    return std::move(*made);
  }

  void connect(const std::string& client, const std::vector<std::string>& words) {
    asked_[client].clear();
    stage_->connect(client, words.size() > 2 ? std::stoul(words[2]) : 0);
  }

  void send(const std::string& client, std::vector<std::string> words) {
    for (auto& word : words) {
      for (const auto& [id, name] : sessions_) word = word == "session=" + name ? "session=" + id : word;
    }
    if (words.at(0) == "bytes") {
      std::string frame;
      for (auto word = words.begin() + 1; word != words.end(); ++word)
        frame += static_cast<char>(std::stoi(*word, nullptr, 16));
      return stage_->send(client, frame);
    }
    Asked asked;
    auto frame = request_frame(words, ++correlation_, stage_->now(), asked);
    asked_[client][correlation_] = asked;
    stage_->send(client, frame);
  }

  void answered(const std::string& client, std::string_view frame) {
    auto correlation = base::load_be<std::int32_t>(frame.data());
    auto asked = asked_[client].extract(correlation);
    ASSERT_FALSE(asked.empty()) << "an answer to nothing";
    say(client + "<", asked.mapped().api + ' ' + answer_text(asked.mapped(), frame));
  }

  /// Ids are drawn: in a transcript they are id1, id2 in the order in which they are seen.
  void say(const std::string& who, std::string text) {
    static const std::regex id(R"re((_id:"?)([A-Za-z0-9_-]{22})(?=[",}]))re");
    for (std::smatch match; std::regex_search(text, match, id);) {
      auto known = ids_.try_emplace(match.str(2), "id" + std::to_string(ids_.size() + 1)).first;
      text = match.prefix().str() + match.str(1) + known->second + match.suffix().str();
    }
    static const std::regex session(R"re(session_id:(\d+))re");
    if (std::smatch match; std::regex_search(text, match, session)) {
      auto known = sessions_.try_emplace(match.str(1), "s" + std::to_string(sessions_.size() + 1)).first;
      text = match.prefix().str() + "session_id:" + known->second + match.suffix().str();
    }
    out_ += who + ' ' + text + '\n';
  }

  static constexpr const char* kReasons[] = {"malformed request", "unsupported request", "failed unanswered", "defect"};
  std::optional<Stage> stage_;
  std::map<std::string, std::map<std::int32_t, Asked>> asked_;
  std::map<std::string, std::string> ids_, sessions_;
  std::int32_t correlation_ = 0;
  std::string out_;
};

class Scenario : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Scenario, Runs) {
  std::ifstream file(GetParam());
  std::stringstream text;
  text << file.rdbuf();
  auto out = Transcript().run(text);
  if (std::getenv("KSTREAM_SCENARIOS_UPDATE")) std::ofstream(GetParam()) << out;
  EXPECT_EQ(out, text.str());
}

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(KSTREAM_SCENARIOS)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt")
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

INSTANTIATE_TEST_SUITE_P(Transcripts, Scenario, testing::ValuesIn(transcripts()), [](const auto& instance) {
  return std::regex_replace(instance.param.stem().string(), std::regex("[^a-zA-Z0-9]"), "_");
});

}  // namespace
}  // namespace kstream::scenarios
