#include "server/ephemeral.h"

#include "server/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>

namespace kstream::server {
namespace {

/// The broker's data are of no use any more, so a stop in order is a courtesy.
constexpr std::chrono::seconds kStopWithin{5};
constexpr std::array kForwarded{SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

void say(const std::string& text) { std::fprintf(stderr, "kserver: %s\n", text.c_str()); }

/// What the shell would say.
int exit_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

/// A folder that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent && *parent ? parent : "/tmp") + "/kserver-XXXXXX";
    if (!::mkdtemp(path_.data())) {
      say("cannot make " + path_ + ": " + std::strerror(errno));
      path_.clear();
    }
  }
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
    if (error) say("cannot remove " + path_ + ": " + error.message());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  /// Empty: it could not be made.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The signals that we take are read from a descriptor, while children get them as ever.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&taken_);
    ::sigaddset(&taken_, SIGCHLD);
    for (int signal : kForwarded) ::sigaddset(&taken_, signal);
    ::sigprocmask(SIG_BLOCK, &taken_, &before_);
    descriptor_ = ::signalfd(-1, &taken_, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  /// They stay blocked: one that comes too late must not undo the exit status.
  ~Signals() { ::close(descriptor_); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return descriptor_; }
  /// In a child: as if we had never been.
  void restore() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  std::optional<signalfd_siginfo> next() const {
    signalfd_siginfo info{};
    if (::read(descriptor_, &info, sizeof info) != sizeof info) return std::nullopt;
    return info;
  }

 private:
  sigset_t taken_{}, before_{};
  int descriptor_ = -1;
};

class Ephemeral {
 public:
  Ephemeral(const std::vector<std::string>& command, const Signals& signals) : command_(command), signals_(signals) {}
  ~Ephemeral() { stop_broker(); }
  Ephemeral(const Ephemeral&) = delete;
  Ephemeral& operator=(const Ephemeral&) = delete;

  int run(const Configuration& configuration) {
    if (auto status = start_broker(configuration)) return *status;
    if (command_.empty()) {
      std::printf("ready %s\n", address_.c_str());
      std::fflush(stdout);
    } else if (auto status = start_command()) {
      return *status;
    }
    while (!ended_) {
      wait(-1);
      take_signals();
    }
    return *ended_;
  }

 private:
  /// Until a signal comes, or `pipe` can be read.
  void wait(int pipe) const {
    std::array<pollfd, 2> watched{{{signals_.descriptor(), POLLIN, 0}, {pipe, POLLIN, 0}}};
    ::poll(watched.data(), pipe < 0 ? 1 : 2, -1);
  }

  /// Returns what to exit with if the broker does not come to serve.
  std::optional<int> start_broker(const Configuration& configuration) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return say("no pipe: " + std::string(std::strerror(errno))), 1;
    std::fflush(nullptr);
    broker_ = ::fork();
    if (broker_ == 0) {
      ::setpgid(0, 0);  // what the terminal sends is for the command
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(pipe[1], STDOUT_FILENO);
      ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
      signals_.restore();
      ::_exit(run_server(configuration));
    }
    ::close(pipe[1]);
    std::string line;
    for (char c = 0; !ended_ && broker_ > 0 && !line.ends_with('\n');) {
      wait(pipe[0]);
      take_signals();
      pollfd ready{pipe[0], POLLIN, 0};
      if (::poll(&ready, 1, 0) <= 0) continue;
      if (::read(pipe[0], &c, 1) != 1) break;
      line += c;
    }
    ::close(pipe[0]);
    if (ended_) return ended_;
    if (!line.starts_with("ready ") || !line.ends_with('\n')) return say("the broker did not start"), 1;
    address_ = line.substr(6, line.size() - 7);
    return std::nullopt;
  }

  std::optional<int> start_command() {
    std::array<int, 2> failure{};
    if (::pipe2(failure.data(), O_CLOEXEC) != 0) return say("no pipe: " + std::string(std::strerror(errno))), 1;
    child_ = ::fork();
    if (child_ == 0) {
      signals_.restore();
      ::signal(SIGPIPE, SIG_DFL);
      ::setenv("KSTREAM_SERVER", address_.c_str(), 1);
      std::vector<char*> words;
      words.reserve(command_.size() + 1);
      for (const auto& word : command_) words.push_back(const_cast<char*>(word.c_str()));
      words.push_back(nullptr);
      ::execvp(words[0], words.data());
      const int why = errno;
      [[maybe_unused]] auto told = ::write(failure[1], &why, sizeof why);
      ::_exit(why == ENOENT ? 127 : 126);
    }
    ::close(failure[1]);
    int why = child_ < 0 ? errno : 0;
    [[maybe_unused]] auto told = ::read(failure[0], &why, sizeof why);
    ::close(failure[0]);
    if (why != 0) say("cannot run " + command_[0] + ": " + std::strerror(why));
    return child_ < 0 ? std::optional(126) : std::nullopt;
  }

  void take_signals() {
    while (auto info = signals_.next()) {
      const auto signal = static_cast<int>(info->ssi_signo);
      if (signal == SIGCHLD) {
        take_children();
      } else if (child_ <= 0) {
        ended_ = address_.empty() ? 128 + signal : 0;
      } else if (info->ssi_code <= 0) {  // what the terminal sends reaches the command by itself
        ::kill(child_, signal);
      }
    }
  }

  void take_children() {
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid == child_) ended_ = exit_status(status);
      if (pid != broker_) continue;
      broker_ = -1;
      if (address_.empty() || child_ > 0)
        say("the broker has ended, with status " + std::to_string(exit_status(status)));
      if (child_ <= 0) ended_ = std::max(exit_status(status), 1);
    }
  }

  void stop_broker() {
    if (broker_ <= 0) return;
    ::kill(broker_, SIGTERM);
    const auto until = std::chrono::steady_clock::now() + kStopWithin;
    while (::waitpid(broker_, nullptr, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > until) ::kill(broker_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  const std::vector<std::string>& command_;
  const Signals& signals_;
  pid_t broker_ = -1, child_ = -1;
  std::string address_;       ///< once the broker serves
  std::optional<int> ended_;  ///< with which exit status
};

}  // namespace

int run_ephemeral(ConfigurationInputs inputs, const std::vector<std::string>& command) {
  const Signals signals;  // none ends us while there is a folder
  const TemporaryFolder folder;
  if (folder.path().empty()) return 1;
  // Weaker than what was typed, and stronger than all else; but the folder is always ours.
  std::vector<std::string> overrides = {"listeners=PLAINTEXT://127.0.0.1:0", "advertised.listeners="};
  if (!inputs.environment.contains("KSERVER_LOG_LEVEL")) overrides.push_back("log.level=warning");
  inputs.overrides.insert(inputs.overrides.begin(), overrides.begin(), overrides.end());
  inputs.overrides.push_back("log.dirs=" + folder.path() + "/data");
  inputs.overrides.push_back("metadata.log.dir=");
  auto loaded = load_configuration(inputs);
  if (const auto* errors = std::get_if<ConfigurationErrors>(&loaded)) {
    for (const auto& error : *errors) say(error);
    return 2;
  }
  return Ephemeral(command, signals).run(std::get<Configuration>(loaded));
}

}  // namespace kstream::server
