// The client, with libmosquitto.
#include <mqtt_protocol.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include "base/retry_wait.h"
#include "base/utc_time.h"
#include "cli/watch/frigate.h"
#include "cli/watch/frigate_topic.h"
#include "cli/watch/mqtt/mosquitto.h"

namespace edgevlm {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The broker is asked not to send larger messages, which the library would take whole; what lies
// between this and an image's limit is reported.
constexpr std::uint32_t kPacketBytes = 4 * SnapshotQueue::kFileBytes;
constexpr milliseconds kStep{100};
constexpr std::size_t kReportedTopics = 1024;

// The connection, which its thread owns as well: a connection that hangs is left to it at the end.
class Receiver {
 public:
  Receiver(const MqttTarget& target, double every_seconds,
           std::function<void(const std::string&)> on_trouble)
      : target_(target), on_trouble_(std::move(on_trouble)), queue_(every_seconds) {}

  // Until Stop.
  void Run() {
    RetryWait wait;
    while (!IsOver()) {
      has_connected_ = false;
      std::string why = ReceiveOnce();
      if (has_connected_) wait.Reset();
      const int wait_seconds = wait.NextSeconds();
      if (!IsOver()) {
        Trouble(why + "; trying again in " + std::to_string(wait_seconds) + " s");
      }
      const auto end = steady_clock::now() + std::chrono::seconds(wait_seconds);
      while (!IsOver() && steady_clock::now() < end) std::this_thread::sleep_for(kStep);
    }
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    changed_.notify_all();
  }

  // Waits for the end of Run for a moment. Nothing is reported any more.
  bool Stop() {
    std::unique_lock lock(mutex_);
    is_over_ = true;
    return changed_.wait_for(lock, 5 * kStep, [this] { return has_ended_; });
  }

  std::optional<Snapshot> Next(const std::function<bool()>& is_cancelled,
                               const std::function<void(bool)>& on_available) {
    std::unique_lock lock(mutex_);
    while (!is_cancelled()) {
      if (const auto available = std::exchange(available_, std::nullopt)) {
        lock.unlock();
        on_available(*available);
        lock.lock();
        continue;
      }
      if (auto snapshot = queue_.Pop(steady_clock::now())) return snapshot;
      const auto soon = steady_clock::now() + kStep;
      changed_.wait_until(lock, std::min(soon, queue_.NextDue().value_or(soon)));
    }
    return std::nullopt;
  }

 private:
  bool IsOver() {
    const std::lock_guard lock(mutex_);
    return is_over_;
  }

  // With the lock, so that nothing is reported after Stop.
  void Trouble(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (!is_over_) on_trouble_("--frigate: " + target_.Name() + ": " + what);
  }

  // Why the connection ended.
  std::string ReceiveOnce() {
    const MosquittoPtr client(mosquitto_new(nullptr, true, this), &mosquitto_destroy);
    if (client == nullptr) return "out of memory";
    refusal_ = {};
    int failed = Connect(client.get());
    while (failed == MOSQ_ERR_SUCCESS && !IsOver() && refusal_.empty()) {
      failed = mosquitto_loop(client.get(), static_cast<int>(kStep.count()), 1);
    }
    if (failed == MOSQ_ERR_SUCCESS) mosquitto_disconnect(client.get());
    return refusal_.empty() ? MosquittoReason(failed) : refusal_;
  }

  int Connect(mosquitto* client) {
    mosquitto_connect_callback_set(client, [](mosquitto* from, void* self, int reason) {
      static_cast<Receiver*>(self)->OnConnect(from, reason);
    });
    mosquitto_subscribe_callback_set(
        client, [](mosquitto*, void* self, int, int count, const int* granted) {
          static_cast<Receiver*>(self)->OnSubscribe({granted, static_cast<std::size_t>(count)});
        });
    mosquitto_message_callback_set(client,
                                   [](mosquitto*, void* self, const mosquitto_message* message) {
                                     static_cast<Receiver*>(self)->OnMessage(*message);
                                   });
    int failed = mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    if (failed == MOSQ_ERR_SUCCESS) failed = SetLogin(client, target_);
    mosquitto_property* limits = nullptr;
    if (failed == MOSQ_ERR_SUCCESS) {
      failed = mosquitto_property_add_int32(&limits, MQTT_PROP_MAXIMUM_PACKET_SIZE, kPacketBytes);
    }
    if (failed == MOSQ_ERR_SUCCESS) {
      failed = mosquitto_connect_bind_v5(client, target_.host.c_str(), target_.port,
                                         kKeepAliveSeconds, nullptr, limits);
    }
    mosquitto_property_free_all(&limits);
    return failed;
  }

  // On the thread of Run, as the others below.
  void OnConnect(mosquitto* client, int reason) {
    if (reason != 0) {
      refusal_ = mosquitto_reason_string(reason);
      return;
    }
    has_connected_ = true;
    for (const std::string& topic :
         {AvailableTopic(target_.prefix), SnapshotTopics(target_.prefix)}) {
      const int failed = mosquitto_subscribe(client, nullptr, topic.c_str(), 0);
      if (failed != MOSQ_ERR_SUCCESS) refusal_ = mosquitto_strerror(failed);
    }
  }

  void OnSubscribe(std::span<const int> granted) {
    for (const int reason : granted) {
      if (reason >= MQTT_RC_UNSPECIFIED) refusal_ = mosquitto_reason_string(reason);
    }
  }

  void OnMessage(const mosquitto_message& message) {
    const std::string_view topic = message.topic;
    const auto bytes = std::as_bytes(std::span(static_cast<const char*>(message.payload),
                                               static_cast<std::size_t>(message.payloadlen)));
    if (topic == AvailableTopic(target_.prefix)) return OnAvailable(bytes);
    if (bytes.empty()) return;  // what was retained is forgotten
    if (auto error = AddSnapshot(topic, bytes, message.retain)) {
      // Not once for each image.
      const bool is_new = reported_.size() < kReportedTopics && reported_.emplace(topic).second;
      if (is_new) Trouble(error->message);
    }
  }

  void OnAvailable(std::span<const std::byte> text) {
    const std::lock_guard lock(mutex_);
    available_ = std::ranges::equal(text, std::as_bytes(std::span(std::string_view(kOnline))));
    changed_.notify_all();
  }

  MaybeError AddSnapshot(std::string_view topic, std::span<const std::byte> bytes,
                         bool is_retained) {
    const Result<FrigateObject> object = ParseSnapshotTopic(target_.prefix, topic);
    if (!object) return object.error();
    if (auto error = SnapshotQueue::CheckSize(bytes.size())) {
      return error->In(object->camera + "/" + object->label);
    }
    Snapshot snapshot = {.camera = object->camera,
                         .label = object->label,
                         .file = {bytes.begin(), bytes.end()},
                         .unix_ms = UnixMs(),
                         .is_retained = is_retained};
    const std::lock_guard lock(mutex_);
    auto error = queue_.Add(std::move(snapshot));
    changed_.notify_all();
    return error;
  }

  const MosquittoLibrary library_;
  const MqttTarget target_;
  const std::function<void(const std::string&)> on_trouble_;
  // Of the thread of Run.
  bool has_connected_ = false;
  std::string refusal_;
  std::set<std::string, std::less<>> reported_;  // topics
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by the mutex.
  SnapshotQueue queue_;
  std::optional<bool> available_;  // since Next was called
  bool is_over_ = false;
  bool has_ended_ = false;
};

class MosquittoFrigate final : public FrigateClient {
 public:
  explicit MosquittoFrigate(std::shared_ptr<Receiver> receiver)
      : receiver_(std::move(receiver)), thread_([shared = receiver_] { shared->Run(); }) {}

  // Connecting to a host that does not answer takes minutes.
  ~MosquittoFrigate() override {
    if (receiver_->Stop()) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }

  std::optional<Snapshot> Next(const std::function<bool()>& is_cancelled,
                               const std::function<void(bool)>& on_available) override {
    return receiver_->Next(is_cancelled, on_available);
  }

 private:
  const std::shared_ptr<Receiver> receiver_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<FrigateClient>> MakeFrigateClient(
    const MqttTarget& target, double every_seconds,
    std::function<void(const std::string&)> on_trouble) {
  return std::unique_ptr<FrigateClient>(std::make_unique<MosquittoFrigate>(
      std::make_shared<Receiver>(target, every_seconds, std::move(on_trouble))));
}

}  // namespace edgevlm
