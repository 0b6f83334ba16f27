#include "fleet/queue/queue.h"

#include <nats/nats.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/ascii.h"

namespace edgevlm {
namespace {

constexpr std::int64_t kConnectMs = 3000;
constexpr std::int64_t kReconnectMs = 250;
constexpr std::int64_t kPingMs = 5000;
constexpr std::int64_t kRequestMs = 5000;
constexpr std::int64_t kNanosecondsPerMs = 1000000;
constexpr std::int64_t kDuplicatesNs = std::int64_t{120} * 1000 * kNanosecondsPerMs;
// Until the broker forgets who reads what. It keeps the messages, and readers are made again.
constexpr std::int64_t kInactiveNs = std::int64_t{3600} * 1000 * kNanosecondsPerMs;
// The sender of a batch limits how much is under way, to less.
constexpr std::int64_t kMaxUnacknowledged = std::int64_t{1} << 24;
constexpr std::chrono::seconds kQuiet(2);
constexpr std::size_t kMaxTokenBytes = 64;
constexpr char kStatusStore[] = "edgevlm_status";
constexpr int kMaxStatusBytes = 4096;

template <class T, void (*kDestroy)(T*)>
struct Destroyer {
  void operator()(T* object) const { kDestroy(object); }
};
template <class T, void (*kDestroy)(T*)>
using Owner = std::unique_ptr<T, Destroyer<T, kDestroy>>;

using Options = Owner<natsOptions, natsOptions_Destroy>;
using Connection = Owner<natsConnection, natsConnection_Destroy>;
using Context = Owner<jsCtx, jsCtx_Destroy>;
// Messages point to the subscription that they came through.
using Subscription = std::shared_ptr<natsSubscription>;
using Message = Owner<natsMsg, natsMsg_Destroy>;
using StatusStore = Owner<kvStore, kvStore_Destroy>;

const char* NameOf(QueueStream stream) {
  return stream == QueueStream::kImages ? "EDGEVLM_IMAGES" : "EDGEVLM_REPLIES";
}

// The place in the library's source: "(conn.c:733): ".
void RemovePlace(std::string& text) {
  if (!text.starts_with('(')) return;
  if (const std::size_t end = text.find("): "); end != std::string::npos) text.erase(0, end + 3);
}

// The library's texts may repeat themselves, and end with a line or a full stop.
std::string ReasonOf(natsStatus status) {
  std::string text = natsStatus_GetText(status);
  natsStatus ignored = NATS_OK;
  if (const char* last = nats_GetLastError(&ignored); last != nullptr) {
    std::string detail = last;
    RemovePlace(detail);
    if (!detail.empty() && detail != text) text += ": " + detail;
  }
  std::ranges::replace(text, '\n', ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

// Limits of the server, of its disk, of the account, or of the stream.
bool IsFull(jsErrCode code) {
  return code == JSInsufficientResourcesErr || code == JSStorageResourcesExceededErr ||
         code == JSAccountResourcesExceededErr || code == JSStreamStoreFailedErr;
}

Error Failure(const std::string& url, const std::string& what, natsStatus status) {
  const bool is_large = status == NATS_MAX_PAYLOAD;
  return {is_large ? ErrorCode::kTooLarge : ErrorCode::kIo,
          "queue: " + url + ": " + what + ": " + ReasonOf(status)};
}

Error ConnectFailure(const std::string& url, bool is_encrypted, natsStatus status) {
  switch (status) {
    case NATS_CONNECTION_AUTH_FAILED:
    case NATS_NOT_PERMITTED:
      return {ErrorCode::kInvalid, "queue: " + url + ": the broker rejects these credentials"};
    case NATS_SECURE_CONNECTION_REQUIRED:
    case NATS_SECURE_CONNECTION_WANTED:
      return {ErrorCode::kInvalid,
              "queue: " + url + ": one side wants TLS, the other does not (tls:// or nats://)"};
    case NATS_SSL_ERROR:
      return {ErrorCode::kInvalid, "queue: " + url + ": TLS: " + ReasonOf(status)};
    case NATS_PROTOCOL_ERROR:
    case NATS_IO_ERROR:
    case NATS_CONNECTION_CLOSED:
      // With TLS 1.3, a broker looks at certificates after the handshake, and says nothing.
      if (is_encrypted) {
        return {ErrorCode::kInvalid, "queue: " + url +
                                         ": the broker closed the connection; it may expect "
                                         "another certificate of this device (--queue-cert)"};
      }
      return Failure(url, "cannot be connected to", status);
    default:
      return Failure(url, "cannot be connected to", status);
  }
}

bool IsEncrypted(const QueueOptions& options) { return options.url.starts_with("tls://"); }

// The library takes any scheme, and does not say why a file cannot be read.
MaybeError CheckOptions(const QueueOptions& options) {
  const std::size_t scheme = options.url.find("://");
  if (scheme != std::string::npos && !IsEncrypted(options) && !options.url.starts_with("nats://")) {
    return Error{ErrorCode::kInvalid,
                 "queue: expected nats:// or tls://, found " + options.url.substr(0, scheme + 3)};
  }
  for (const std::string* path :
       {&options.authorities, &options.certificate, &options.key, &options.credentials}) {
    if (path->empty() || access(path->c_str(), R_OK) == 0) continue;
    const int reason = errno;
    return Error{
        reason == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
        "queue: " + *path + ": cannot be read: " + std::generic_category().message(reason)};
  }
  return {};
}

natsStatus SetOptions(const QueueOptions& options, natsOptions* to) {
  natsStatus status = natsOptions_SetURL(to, options.url.c_str());
  const auto then = [&status](natsStatus next) {
    if (status == NATS_OK) status = next;
  };
  then(natsOptions_SetTimeout(to, kConnectMs));
  // Brokers are restarted: a batch waits for as long as it takes.
  then(natsOptions_SetMaxReconnect(to, -1));
  then(natsOptions_SetReconnectWait(to, kReconnectMs));
  // A link that is cut closes no connection: it is lost after three pings without an answer.
  then(natsOptions_SetPingInterval(to, kPingMs));
  // Acknowledgments must arrive before the lease ends, not when a buffer is full.
  then(natsOptions_SetSendAsap(to, true));
  if (IsEncrypted(options)) then(natsOptions_SetSecure(to, true));
  if (!options.authorities.empty()) {
    then(natsOptions_LoadCATrustedCertificates(to, options.authorities.c_str()));
  }
  if (!options.certificate.empty()) {
    then(natsOptions_LoadCertificatesChain(to, options.certificate.c_str(), options.key.c_str()));
  }
  if (!options.credentials.empty()) {
    then(natsOptions_SetUserCredentialsFromFiles(to, options.credentials.c_str(), nullptr));
  }
  return status;
}

}  // namespace

struct QueueMessage::State {
  Subscription subscription;
  Message message;
  std::int64_t deliveries = 1;
};

struct Queue::State {
  QueueOptions options;
  std::string url;  // without its password
  Connection connection;
  Context context;

  MaybeError MakeStreams() const;
  natsStatus FindStream(QueueStream stream) const;
  MaybeError MakeStream(QueueStream stream, const char* subjects) const;
  natsStatus OpenStatuses(StatusStore& store) const;
};

struct QueueReader::State {
  const Queue::State* queue = nullptr;
  QueueStream stream = QueueStream::kImages;
  std::string name;
  std::string subject;
  Subscription subscription;
  std::chrono::steady_clock::time_point last_news = {};

  natsStatus MakeConsumer() const;
  void MakeAgain() const;
  void CheckSometimes();
};

QueueMessage::QueueMessage(std::unique_ptr<State> state) : state_(std::move(state)) {}
QueueMessage::QueueMessage(QueueMessage&& other) noexcept = default;
QueueMessage& QueueMessage::operator=(QueueMessage&& other) noexcept = default;
QueueMessage::~QueueMessage() = default;

std::string_view QueueMessage::data() const {
  natsMsg* const message = state_->message.get();
  return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

std::int64_t QueueMessage::deliveries() const { return state_->deliveries; }
// Errors of both mean that the broker is away; it delivers the message again then.
void QueueMessage::Acknowledge() { natsMsg_Ack(state_->message.get(), nullptr); }
void QueueMessage::Extend() { natsMsg_InProgress(state_->message.get(), nullptr); }

QueueReader::QueueReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
QueueReader::QueueReader(QueueReader&& other) noexcept = default;
QueueReader& QueueReader::operator=(QueueReader&& other) noexcept = default;
QueueReader::~QueueReader() = default;

Result<std::vector<QueueMessage>> QueueReader::Read(int most, std::chrono::milliseconds wait) {
  natsMsgList list = {};
  const natsStatus status =
      natsSubscription_Fetch(&list, state_->subscription.get(), most, wait.count(), nullptr);
  if (status == NATS_NO_RESPONDERS) state_->MakeAgain();
  if (status != NATS_OK && status != NATS_TIMEOUT) {
    return Failure(state_->queue->url, "reading", status);
  }
  if (list.Count > 0) state_->last_news = std::chrono::steady_clock::now();
  if (list.Count == 0) state_->CheckSometimes();
  std::vector<QueueMessage> messages;
  for (int i = 0; i < list.Count; ++i) {
    auto state = std::make_unique<QueueMessage::State>();
    state->subscription = state_->subscription;
    state->message.reset(std::exchange(list.Msgs[i], nullptr));
    jsMsgMetaData* about = nullptr;
    if (natsMsg_GetMetaData(&about, state->message.get()) == NATS_OK) {
      state->deliveries = static_cast<std::int64_t>(about->NumDelivered);
      jsMsgMetaData_Destroy(about);
    }
    messages.emplace_back(std::move(state));
  }
  natsMsgList_Destroy(&list);
  return messages;
}

Queue::Queue(std::unique_ptr<State> state) : state_(std::move(state)) {}
Queue::Queue(Queue&& other) noexcept = default;
Queue& Queue::operator=(Queue&& other) noexcept = default;
Queue::~Queue() = default;

Result<Queue> Queue::Connect(const QueueOptions& options) {
  if (auto error = CheckOptions(options)) return *error;
  auto state = std::make_unique<State>();
  state->options = options;
  state->url = WithoutPassword(options.url);
  natsOptions* made_options = nullptr;
  if (natsOptions_Create(&made_options) != NATS_OK) throw std::bad_alloc();
  const Options owned(made_options);
  if (const natsStatus status = SetOptions(options, made_options); status != NATS_OK) {
    return Error{ErrorCode::kInvalid, "queue: " + state->url + ": " + ReasonOf(status)};
  }
  natsConnection* connection = nullptr;
  if (const auto status = natsConnection_Connect(&connection, made_options); status != NATS_OK) {
    return ConnectFailure(state->url, IsEncrypted(options), status);
  }
  state->connection.reset(connection);
  jsOptions settings;
  jsOptions_Init(&settings);
  settings.Wait = kRequestMs;
  jsCtx* context = nullptr;
  if (const auto status = natsConnection_JetStream(&context, connection, &settings);
      status != NATS_OK) {
    return Failure(state->url, "JetStream", status);
  }
  state->context.reset(context);
  if (auto error = state->MakeStreams()) return *error;
  return Queue(std::move(state));
}

MaybeError Queue::State::MakeStreams() const {
  if (auto error = MakeStream(QueueStream::kImages, "edgevlm.images.>")) return error;
  return MakeStream(QueueStream::kReplies, "edgevlm.replies.>");
}

natsStatus Queue::State::FindStream(QueueStream stream) const {
  jsStreamInfo* info = nullptr;
  const auto status = js_GetStreamInfo(&info, context.get(), NameOf(stream), nullptr, nullptr);
  jsStreamInfo_Destroy(info);
  return status;
}

// If there is none.
MaybeError Queue::State::MakeStream(QueueStream stream, const char* subjects) const {
  natsStatus status = FindStream(stream);
  if (status == NATS_OK) return {};
  if (status == NATS_NO_RESPONDERS) {
    return Error{ErrorCode::kInvalid,
                 "queue: " + url + ": expected a broker with JetStream, found it switched off"};
  }
  if (status != NATS_NOT_FOUND) return Failure(url, NameOf(stream), status);
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = NameOf(stream);
  config.Subjects = &subjects;
  config.SubjectsLen = 1;
  config.Retention = js_WorkQueuePolicy;
  config.Discard = js_DiscardNew;
  config.Duplicates = kDuplicatesNs;
  status = js_AddStream(nullptr, context.get(), &config, nullptr, nullptr);
  if (status == NATS_OK) return {};
  Error failure = Failure(url, NameOf(stream), status);
  // Another process may have made it in between; the broker then calls the name taken, or the
  // subjects.
  if (FindStream(stream) == NATS_OK) return {};
  return failure;
}

const QueueOptions& Queue::options() const { return state_->options; }

std::int64_t Queue::max_message_bytes() const {
  return natsConnection_GetMaxPayload(state_->connection.get());
}

Result<Published> Queue::Publish(const std::string& subject, const std::string& id,
                                 std::string_view data) {
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MsgId = id.c_str();
  options.MaxWait = kRequestMs;
  jsErrCode code = {};
  const natsStatus status = js_Publish(nullptr, state_->context.get(), subject.c_str(), data.data(),
                                       static_cast<int>(data.size()), &options, &code);
  if (status == NATS_OK) return Published::kStored;
  if (IsFull(code)) return Published::kFull;
  // As in QueueReader::Read.
  if (status == NATS_NO_RESPONDERS) static_cast<void>(state_->MakeStreams());
  return Failure(state_->url, "publishing", status);
}

natsStatus QueueReader::State::MakeConsumer() const {
  jsConsumerConfig config;
  jsConsumerConfig_Init(&config);
  config.Durable = name.c_str();
  config.FilterSubject = subject.c_str();
  config.AckPolicy = js_AckExplicit;
  config.AckWait = queue->options.lease.count() * kNanosecondsPerMs;
  config.MaxDeliver = -1;  // the worker decides which images are set aside
  config.MaxAckPending = kMaxUnacknowledged;
  config.InactiveThreshold = kInactiveNs;
  return js_AddConsumer(nullptr, queue->context.get(), NameOf(stream), &config, nullptr, nullptr);
}

// For a broker that came back without its files. The next read sees whether this helped.
void QueueReader::State::MakeAgain() const {
  if (!queue->MakeStreams()) static_cast<void>(MakeConsumer());
}

// A reader that is gone looks as one without messages, if others have made its stream again.
void QueueReader::State::CheckSometimes() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_news < kQuiet) return;
  last_news = now;
  // Requests to a broker that is away would wait.
  if (natsConnection_Status(queue->connection.get()) != NATS_CONN_STATUS_CONNECTED) return;
  jsConsumerInfo* info = nullptr;
  const natsStatus status = js_GetConsumerInfo(&info, queue->context.get(), NameOf(stream),
                                               name.c_str(), nullptr, nullptr);
  jsConsumerInfo_Destroy(info);
  // Whatever the broker says: the library has no status of its own for a stream that is gone.
  if (status != NATS_OK && status != NATS_TIMEOUT) MakeAgain();
}

Result<QueueReader> Queue::MakeReader(QueueStream stream, const std::string& name,
                                      const std::string& subject, bool is_only) {
  auto reader = std::make_unique<QueueReader::State>();
  *reader = {.queue = state_.get(),
             .stream = stream,
             .name = name,
             .subject = subject,
             .subscription = nullptr,
             .last_news = std::chrono::steady_clock::now()};
  jsCtx* const context = state_->context.get();
  if (is_only) js_DeleteConsumer(context, NameOf(stream), name.c_str(), nullptr, nullptr);
  natsStatus status = reader->MakeConsumer();
  jsSubOptions options;
  jsSubOptions_Init(&options);
  options.Stream = NameOf(stream);
  options.Consumer = name.c_str();
  natsSubscription* subscription = nullptr;
  if (status == NATS_OK) {
    status = js_PullSubscribe(&subscription, context, subject.c_str(), name.c_str(), nullptr,
                              &options, nullptr);
  }
  if (status != NATS_OK) return Failure(state_->url, "reading " + subject, status);
  reader->subscription = Subscription(subscription, natsSubscription_Destroy);
  return QueueReader(std::move(reader));
}

MaybeError Queue::Purge(QueueStream stream, const std::string& subject) {
  jsOptions options;
  jsOptions_Init(&options);
  options.Wait = kRequestMs;
  options.Stream.Purge.Subject = subject.c_str();
  const auto status = js_PurgeStream(state_->context.get(), NameOf(stream), &options, nullptr);
  if (status == NATS_OK) return {};
  return Failure(state_->url, "purging " + subject, status);
}

Result<QueueLoad> Queue::LoadOf(QueueStream stream, const std::string& name) {
  jsConsumerInfo* info = nullptr;
  const auto status = js_GetConsumerInfo(&info, state_->context.get(), NameOf(stream), name.c_str(),
                                         nullptr, nullptr);
  if (status != NATS_OK) return Failure(state_->url, name, status);
  const QueueLoad load = {.waiting = static_cast<std::int64_t>(info->NumPending),
                          .delivered = info->NumAckPending};
  jsConsumerInfo_Destroy(info);
  return load;
}

natsStatus Queue::State::OpenStatuses(StatusStore& store) const {
  kvStore* made = nullptr;
  natsStatus status = js_KeyValue(&made, context.get(), kStatusStore);
  if (status == NATS_NOT_FOUND) {
    kvConfig config;
    kvConfig_Init(&config);
    config.Bucket = kStatusStore;
    config.MaxValueSize = kMaxStatusBytes;
    config.TTL = std::chrono::milliseconds(kStatusLife).count() * kNanosecondsPerMs;
    // What is put every few seconds need not survive a restart, nor wear out an SD card.
    config.StorageType = js_MemoryStorage;
    status = js_CreateKeyValue(&made, context.get(), &config);
    // As in MakeStream.
    if (status != NATS_OK && js_KeyValue(&made, context.get(), kStatusStore) == NATS_OK) {
      status = NATS_OK;
    }
  }
  store.reset(made);
  return status;
}

MaybeError Queue::PutStatus(const std::string& key, const std::string& text) {
  StatusStore store;
  natsStatus status = state_->OpenStatuses(store);
  if (status == NATS_OK) {
    status =
        kvStore_Put(nullptr, store.get(), key.c_str(), text.data(), static_cast<int>(text.size()));
  }
  if (status == NATS_OK) return {};
  return Failure(state_->url, "status", status);
}

Result<std::vector<std::string>> Queue::Statuses() {
  StatusStore store;
  std::vector<std::string> texts;
  natsStatus status = state_->OpenStatuses(store);
  kvKeysList keys = {};
  if (status == NATS_OK) status = kvStore_Keys(&keys, store.get(), nullptr);
  for (int i = 0; status == NATS_OK && i < keys.Count; ++i) {
    kvEntry* entry = nullptr;
    // One may expire in between.
    if (kvStore_Get(&entry, store.get(), keys.Keys[i]) == NATS_OK) {
      texts.emplace_back(static_cast<const char*>(kvEntry_Value(entry)),
                         static_cast<std::size_t>(kvEntry_ValueLen(entry)));
    }
    kvEntry_Destroy(entry);
  }
  kvKeysList_Destroy(&keys);
  if (status != NATS_OK && status != NATS_NOT_FOUND) {
    return Failure(state_->url, "statuses", status);
  }
  return texts;
}

std::string QueueToken(std::string_view text) {
  std::string token(text.substr(0, kMaxTokenBytes));
  for (char& c : token) {
    const bool is_plain = IsAlphanumericAscii(c) || c == '-' || c == '_';
    if (!is_plain) c = '_';
  }
  return token.empty() ? "_" : token;
}

std::string ImagesSubject(std::string_view model, std::string_view batch) {
  return "edgevlm.images." + QueueToken(model) + "." +
         (batch == "*" ? std::string(batch) : QueueToken(batch));
}

std::string RepliesSubject(std::string_view batch) {
  return "edgevlm.replies." + QueueToken(batch);
}

std::string WorkersName(std::string_view model) { return "workers_" + QueueToken(model); }

std::string WithoutPassword(const std::string& url) {
  const std::size_t at = url.rfind('@');
  if (at == std::string::npos) return url;
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos || scheme > at ? 0 : scheme + 3;
  return url.substr(0, begin) + url.substr(at + 1);
}

}  // namespace edgevlm
