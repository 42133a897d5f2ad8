#include "cli/exit_code.h"

namespace kstream::cli {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::none:
      return ExitCode::done;
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::unknown_topic_id:
      return ExitCode::not_found;
    case ErrorCode::topic_already_exists:
      return ExitCode::exists;
    case ErrorCode::broker_not_available:
    case ErrorCode::network_exception:
    case ErrorCode::request_timed_out:
    case ErrorCode::leader_not_available:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::not_controller:
      return ExitCode::unreachable;
    case ErrorCode::topic_authorization_failed:
    case ErrorCode::group_authorization_failed:
    case ErrorCode::cluster_authorization_failed:
    case ErrorCode::sasl_authentication_failed:
      return ExitCode::denied;
    default:
      return ExitCode::failed;
  }
}

}  // namespace kstream::cli
