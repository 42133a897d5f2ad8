#include "cli/run_cluster.h"

#include "cli/administer.h"
#include "cli/cluster_rows.h"

#include <algorithm>
#include <iterator>

namespace kstream::cli {
namespace {

/// Prints what was asked for, as `text` puts it, or why it could not be had.
template <class Described>
ExitCode show(const Result<Described>& described, std::string (*text)(const Described&, const RowsOutput&),
              const AdminWork& work) {
  return described ? work.print(text(*described, work.output), ExitCode::done) : work.fail(described.error());
}

ExitCode show_cluster(const AdminWork& work) {
  return show(work.admin.describe_cluster(work.settings.timeout, true), cluster_text, work);
}

ExitCode show_brokers(const AdminWork& work) {
  return show(work.admin.describe_cluster(work.settings.timeout, true), brokers_text, work);
}

ExitCode show_quorum(const AdminWork& work) {
  return show(work.admin.describe_quorum(work.settings.timeout), quorum_text, work);
}

ExitCode show_features(const AdminWork& work) {
  return show(work.admin.describe_features(work.settings.timeout), features_text, work);
}

struct Question {
  Where where;
  std::span<const std::string_view> columns;
  ExitCode (*ask)(const AdminWork&);
};
constexpr Question kQuestions[] = {{kServerCluster, kClusterColumns, show_cluster},
                                   {kServerBrokers, kBrokerColumns, show_brokers},
                                   {kServerQuorum, kQuorumColumns, show_quorum},
                                   {kServerFeatures, kFeatureColumns, show_features}};

}  // namespace

ExitCode run_cluster(const Arguments& arguments, const Console& console) {
  const auto* question = std::ranges::find(kQuestions, arguments.verb().where, &Question::where);
  return administer(arguments, console, {question->columns.begin(), question->columns.end()},
                    [question] { return Result<Work>(question->ask); });
}

}  // namespace kstream::cli
