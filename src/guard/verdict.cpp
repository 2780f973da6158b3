#include "guard/verdict.h"

namespace signet::guard {

const char* words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::welcome: return "admitted";
    case Verdict::banned: return "banned";
    case Verdict::too_often: return "connects too often";
    case Verdict::net_fails: return "its net fails too often";
    case Verdict::crowded: return "no room for strangers";
    case Verdict::unknown: return "unknown certificate";
    case Verdict::not_tls: return "no TLS of ours";
    case Verdict::withdrawn: return "not admitted now";
    case Verdict::unfinished: return "unfinished handshake";
  }
  return "";
}

}  // namespace signet::guard
