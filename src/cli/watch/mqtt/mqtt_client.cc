// The client, with libmosquitto.
#include "cli/watch/mqtt_client.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "base/retry_wait.h"
#include "cli/watch/mqtt/mosquitto.h"

namespace edgevlm {
namespace {

constexpr std::chrono::seconds kFinishTime{5};

class MosquittoClient final : public MqttClient {
 public:
  MosquittoClient(const MqttTarget& target, const WatchedSource& watched,
                  std::function<void(const std::string&)> on_trouble)
      : target_(target),
        discovery_(DiscoveryMessages(target, watched)),
        on_trouble_(std::move(on_trouble)),
        client_(mosquitto_new(nullptr, true, this), &mosquitto_destroy) {}

  ~MosquittoClient() override {
    if (!has_started_) return;
    mosquitto_disconnect(client_.get());
    mosquitto_loop_stop(client_.get(), false);
  }

  MaybeError Start() {
    mosquitto* const client = client_.get();
    if (client == nullptr) return Failed("out of memory");
    int failed = Configure(client);
    if (failed == MOSQ_ERR_SUCCESS) failed = mosquitto_loop_start(client);
    if (failed != MOSQ_ERR_SUCCESS) return Failed(mosquitto_strerror(failed));
    has_started_ = true;
    // The thread tries again if this fails.
    const int away =
        mosquitto_connect_async(client, target_.host.c_str(), target_.port, kKeepAliveSeconds);
    if (away != MOSQ_ERR_SUCCESS) Trouble(MosquittoReason(away));
    return std::nullopt;
  }

  void PublishState(std::string text) override {
    const std::lock_guard lock(mutex_);
    state_ = std::move(text);
    if (is_connected_) Publish(target_.StateTopic(), state_);
  }

  void SetOnline(bool is_online) override {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_online_, is_online) == is_online || !is_connected_) return;
    Publish(target_.AvailabilityTopic(), is_online ? kOnline : kOffline);
  }

  void Finish() override {
    std::unique_lock lock(mutex_);
    const auto is_done = [this] {
      return is_in_trouble_ || (is_connected_ && unconfirmed_.empty());
    };
    change_.wait_for(lock, kFinishTime, is_done);
    if (!is_connected_) return;
    Publish(target_.AvailabilityTopic(), kOffline);
    change_.wait_for(lock, kFinishTime, is_done);
  }

 private:
  Error Failed(const std::string& why) const {
    return {ErrorCode::kIo, "--mqtt: " + target_.Name() + ": " + why};
  }

  int Configure(mosquitto* client) {
    mosquitto_connect_callback_set(client, [](mosquitto*, void* self, int refusal) {
      static_cast<MosquittoClient*>(self)->OnConnect(refusal);
    });
    mosquitto_disconnect_callback_set(client, [](mosquitto*, void* self, int failure) {
      static_cast<MosquittoClient*>(self)->OnDisconnect(failure);
    });
    mosquitto_publish_callback_set(client, [](mosquitto*, void* self, int message) {
      static_cast<MosquittoClient*>(self)->OnPublish(message);
    });
    mosquitto_reconnect_delay_set(client, 1, RetryWait::kMostSeconds, true);
    const int failed =
        mosquitto_will_set(client, target_.AvailabilityTopic().c_str(),
                           static_cast<int>(std::string_view(kOffline).size()), kOffline, 1, true);
    return failed == MOSQ_ERR_SUCCESS ? SetLogin(client, target_) : failed;
  }

  // On the library's thread, as the others below.
  void OnConnect(int refusal) {
    if (refusal != 0) return Trouble(mosquitto_connack_string(refusal));
    const std::lock_guard lock(mutex_);
    is_connected_ = true;
    is_in_trouble_ = false;
    unconfirmed_.clear();
    for (const MqttMessage& message : discovery_) Publish(message.topic, message.text);
    Publish(target_.AvailabilityTopic(), is_online_ ? kOnline : kOffline);
    if (!state_.empty()) Publish(target_.StateTopic(), state_);
  }

  void OnDisconnect(int failure) {
    {
      const std::lock_guard lock(mutex_);
      is_connected_ = false;
    }
    change_.notify_all();
    if (failure != 0) Trouble(MosquittoReason(failure));
  }

  void OnPublish(int message) {
    {
      const std::lock_guard lock(mutex_);
      unconfirmed_.erase(message);
    }
    change_.notify_all();
  }

  void Trouble(const std::string& why) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(is_in_trouble_, true)) return;
    }
    change_.notify_all();
    on_trouble_("--mqtt: " + target_.Name() + ": " + why + "; trying again");
  }

  // With the lock: a confirmation comes after the number of its message is known.
  void Publish(const std::string& topic, const std::string& text) {
    int number = 0;
    const int failed = mosquitto_publish(client_.get(), &number, topic.c_str(),
                                         static_cast<int>(text.size()), text.data(), 1, true);
    if (failed == MOSQ_ERR_SUCCESS) unconfirmed_.insert(number);
  }

  const MosquittoLibrary library_;
  const MqttTarget target_;
  const std::vector<MqttMessage> discovery_;
  const std::function<void(const std::string&)> on_trouble_;
  const MosquittoPtr client_;
  bool has_started_ = false;
  std::mutex mutex_;
  std::condition_variable change_;
  // Guarded by the mutex.
  bool is_connected_ = false;
  bool is_in_trouble_ = false;
  bool is_online_ = true;      // what is watched
  std::set<int> unconfirmed_;  // numbers of messages
  std::string state_;
};

}  // namespace

bool HasMqtt() { return true; }

Result<std::unique_ptr<MqttClient>> MakeMqttClient(
    const MqttTarget& target, const WatchedSource& watched,
    std::function<void(const std::string&)> on_trouble) {
  auto client = std::make_unique<MosquittoClient>(target, watched, std::move(on_trouble));
  if (auto error = client->Start()) return *error;
  return std::unique_ptr<MqttClient>(std::move(client));
}

}  // namespace edgevlm
