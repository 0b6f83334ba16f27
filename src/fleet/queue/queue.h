// Queue: images and replies of batches, stored by a NATS broker (JetStream) until they are
// acknowledged.
//
// Images are in the stream EDGEVLM_IMAGES under edgevlm.images.MODEL.BATCH, replies in
// EDGEVLM_REPLIES under edgevlm.replies.BATCH. Both keep a message until it is acknowledged, and
// deliver it again if the process that has it is gone for a lease. Statuses of workers and batches
// are in the key-value store edgevlm_status, whose entries expire.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

struct QueueOptions {
  std::string url;               // nats://HOST:4222 or tls://HOST:4222, also with USER:PASSWORD@
  std::string authorities = {};  // PEM file that the broker's certificate is checked with; empty:
                                 // those of the system
  std::string certificate = {};  // PEM file with the certificate of this device, and
  std::string key = {};          // its private key
  std::string credentials = {};  // file of NATS credentials (.creds)
  std::chrono::milliseconds lease = std::chrono::seconds(30);
};

enum class Published {
  kStored,
  kFull  // no room: try again later
};

enum class QueueStream { kImages, kReplies };

struct QueueLoad {
  std::int64_t waiting = 0;    // messages that were not delivered yet
  std::int64_t delivered = 0;  // those that were, and are not acknowledged
};

// A message that was delivered. Destroyed without Acknowledge, it is delivered again, to anyone,
// after the lease.
class QueueMessage {
 public:
  // What the message is in the client's library. For queue.cc only.
  struct State;
  explicit QueueMessage(std::unique_ptr<State> state);
  QueueMessage(QueueMessage&& other) noexcept;
  QueueMessage& operator=(QueueMessage&& other) noexcept;
  ~QueueMessage();

  std::string_view data() const;
  // How often it was delivered, this time included.
  std::int64_t deliveries() const;
  // Removes it from the queue. If this does not arrive, the message is delivered again.
  void Acknowledge();
  // Begins its lease anew.
  void Extend();

 private:
  std::unique_ptr<State> state_;
};

// Reads one subject of a stream; processes with the same name share its messages.
// Threads: one.
class QueueReader {
 public:
  struct State;
  explicit QueueReader(std::unique_ptr<State> state);
  QueueReader(QueueReader&& other) noexcept;
  QueueReader& operator=(QueueReader&& other) noexcept;
  ~QueueReader();

  // At most so many messages, waiting for the first of them; none if none came. Errors: kIo (the
  // broker is away: try again). REQUIRES: the queue still exists.
  Result<std::vector<QueueMessage>> Read(int most, std::chrono::milliseconds wait);

 private:
  std::unique_ptr<State> state_;
};

// A connection, which is made again whenever it is lost.
// Threads: any number.
class Queue {
 public:
  struct State;

  // Makes streams and store if the broker has none. Errors, which name the URL without its
  // password: kIo (no connection), kInvalid (credentials, certificates; a broker without
  // JetStream), kNotFound (a file of the options).
  static Result<Queue> Connect(const QueueOptions& options);
  Queue(Queue&& other) noexcept;
  Queue& operator=(Queue&& other) noexcept;
  ~Queue();

  const QueueOptions& options() const;
  // Of a message, as the broker limits it.
  std::int64_t max_message_bytes() const;

  // Returns when the broker has stored the message. A second one of the same id is dropped if it
  // comes within two minutes. Errors: kIo (try again: the broker is away), kTooLarge.
  Result<Published> Publish(const std::string& subject, const std::string& id,
                            std::string_view data);

  // is_only: other readers of that name are dismissed, and what they did not acknowledge is
  // delivered again at once. Errors: kIo.
  Result<QueueReader> MakeReader(QueueStream stream, const std::string& name,
                                 const std::string& subject, bool is_only);

  // Removes all messages of a subject. Errors: kIo.
  MaybeError Purge(QueueStream stream, const std::string& subject);
  // What a reader has before it, by its name. Errors: kIo, also if there is no such reader.
  Result<QueueLoad> LoadOf(QueueStream stream, const std::string& name);

  // Statuses, each a text, that are there for kStatusLife after they were put last.
  static constexpr std::chrono::seconds kStatusLife{15};
  // key: letters, digits, '-', '_', '.'. Errors: kIo.
  MaybeError PutStatus(const std::string& key, const std::string& text);
  Result<std::vector<std::string>> Statuses();

 private:
  explicit Queue(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Letters, digits, '-' and '_' of a text, at most 64; others become '_'. For names in subjects.
std::string QueueToken(std::string_view text);

std::string ImagesSubject(std::string_view model, std::string_view batch);
std::string RepliesSubject(std::string_view batch);

// The name of the reader that all workers of a model share.
std::string WorkersName(std::string_view model);

// "nats://user:secret@host" -> "nats://host".
std::string WithoutPassword(const std::string& url);

}  // namespace edgevlm
