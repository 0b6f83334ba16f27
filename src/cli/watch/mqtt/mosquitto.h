// The parts of libmosquitto that clients have in common.
#pragma once

#include <mosquitto.h>

#include <memory>

#include "cli/watch/mqtt_target.h"

namespace edgevlm {

inline constexpr int kKeepAliveSeconds = 30;
inline constexpr const char* kOnline = "online";
inline constexpr const char* kOffline = "offline";

// What the library needs while there is a client.
class MosquittoLibrary {
 public:
  MosquittoLibrary() { mosquitto_lib_init(); }
  MosquittoLibrary(const MosquittoLibrary&) = delete;
  MosquittoLibrary& operator=(const MosquittoLibrary&) = delete;
  ~MosquittoLibrary() { mosquitto_lib_cleanup(); }
};

using MosquittoPtr = std::unique_ptr<mosquitto, decltype(&mosquitto_destroy)>;

// Sets credentials and encryption. Returns an error of the library.
inline int SetLogin(mosquitto* client, const MqttTarget& target) {
  int failed = MOSQ_ERR_SUCCESS;
  if (!target.user.empty()) {
    failed = mosquitto_username_pw_set(client, target.user.c_str(), target.password.c_str());
  }
  if (failed == MOSQ_ERR_SUCCESS && target.is_encrypted) {
    failed = mosquitto_tls_set(client, nullptr, "/etc/ssl/certs", nullptr, nullptr, nullptr);
  }
  return failed;
}

// Why a connection failed or was lost.
inline const char* MosquittoReason(int failure) {
  return failure == MOSQ_ERR_ERRNO ? "the broker cannot be reached" : mosquitto_strerror(failure);
}

}  // namespace edgevlm
