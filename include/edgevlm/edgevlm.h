// EdgeVLM: looks at an image and says what is there, on the CPU.
//
//   auto engine = edgevlm::Engine::LoadBuiltin();
//   if (!engine) return Fail(engine.error().message);
//   edgevlm::Session session(*engine);
//   if (auto error = session.SetImage(png_or_jpeg_bytes)) return Fail(error->message);
//   auto reply = session.Ask("what shape is left of the circle?", {});
//   if (reply) std::puts(reply->text.c_str());
//
// An Engine holds what many conversations share: the weights, the tokenizer, the threads. A Session
// is one conversation. Nothing here throws; failures are values (result.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/cache_counters.h"
#include "edgevlm/cache_options.h"
#include "edgevlm/decode_options.h"
#include "edgevlm/exit_options.h"
#include "edgevlm/pressure_options.h"
#include "edgevlm/probe.h"
#include "edgevlm/result.h"
#include "edgevlm/speculation.h"
#include "edgevlm/vision_options.h"

namespace edgevlm {

// How products are computed.
enum class Precision {
  // The fastest that holds the quality gates: activations become int8 for quantized weights, and so
  // do the large float matrices of an image encoder. Small models stay float32.
  kAuto,
  kBFloat16,  // the same, but the image encoder's large float matrices become bfloat16
  kFloat32,   // float32 activations, weights exactly as stored: for checking
};

// As EngineOptions::mmproj.
inline constexpr std::string_view kNoMmproj = "none";

struct EngineOptions {
  int threads = 0;  // that work together, the caller included, at most 256; 0: one per core
  // Of them, while tokens are made one by one: that is bound by reading the weights, and on
  // machines whose memory a few cores exhaust the others bring only waiting. At most `threads`; 0:
  // all.
  int decode_threads = 0;
  // Keeps each thread on a processor of its own, and the thread that loads the engine on the first,
  // for as long as the engine lives; threads that it starts meanwhile stay there too.
  bool pin = false;
  Precision precision = Precision::kAuto;
  // The GGUF file of the image encoder, if the model's own file has none. Empty: the file beside
  // the model whose name says "mmproj", if there is one, and left aside if it was made for a
  // decoder of another width. kNoMmproj: none, a model of text alone.
  std::string mmproj = {};
  std::string chat_template = {};  // by name; empty: the one whose marks the model's file has
  int context_tokens = 0;          // of a session; 0: as many as the model was trained for, but at
                                   // most 4096
  int image_max_tokens = 0;        // of an image, where the family can show one in fewer; 0: its
                                   // own limit
  VisionOptions vision = {};       // fewer tokens inside the vision encoder, and after it
  // Of embeddings that are kept by the content of the image's file, so that no image is encoded
  // twice, whichever session shows it. 0: none are kept.
  std::size_t image_cache_bytes = 0;
  // Of keys and values that are kept of how prompts begin (up to the last image, or all of a
  // prompt without one), so that no session reads what another has read. 0: none are kept.
  std::size_t prompt_cache_bytes = 0;
  CacheOptions cache = {};      // of every session
  ExitOptions early_exit = {};  // of all replies; not together with speculation
  PressureOptions pressure = {};
  SpeculationOptions speculation = {};  // of all sessions
};

// What a loaded model is, for people to read. Counts are as the file says.
struct ModelInfo {
  std::string name;             // general.name, or empty
  std::string architecture;     // of the decoder, e.g. "gpt2"
  std::string vision_encoder;   // e.g. "mobilenet_v3"; empty: the model reads no images
  std::string projector;        // e.g. "mlp"
  std::string chat_template;    // e.g. "vicuna"; empty for models with tokens of their own for that
  std::string instruction_set;  // the one the kernels chose, e.g. "avx512"
  std::int64_t parameters = 0;
  std::int64_t file_bytes = 0;
  int threads = 0;
  int decode_threads = 0;
  int context_tokens = 0;          // of a session: images, questions and replies together
  int trained_context_tokens = 0;  // as the file says; context_tokens is never more
  bool has_trained_exits = false;  // whether the file names early exits (ExitOptions)
  int embedding_length = 0;        // D
  int block_count = 0;             // of the decoder
  int head_count = 0;              // of the decoder
  int vocabulary_tokens = 0;       // V
  int image_size = 0;              // side of the vision encoder's input, in pixels
  int image_tokens = 0;            // P: positions that one tile of an image takes in the context
  std::string notice = {};         // one line: what users should not expect of it; or empty
};

// Pixels in memory: row-major [height, width, 3], 8 bits each, red first, no padding. Not owned.
struct PixelsView {
  int width = 0;
  int height = 0;
  std::span<const std::uint8_t> rgb;  // width * height * 3
};

// How long each part of one request took. What was not done (an image that was already encoded) is
// 0. The parts add up to total_ms but for the few microseconds between them.
struct Timings {
  double decode_ms = 0;      // file bytes to pixels
  double preprocess_ms = 0;  // pixels to the vision encoder's input
  double encode_ms = 0;      // vision encoder and projector
  double prefill_ms = 0;     // prompt into the cache, until the first token is chosen
  double generate_ms = 0;    // the tokens after the first
  double total_ms = 0;
};

// One image as the decoder sees it. Owns its values; may be used by many sessions of the engine
// that made it.
struct EncodedImage {
  // Some families show an image in several squares, with words of the prompt between them.
  struct Piece {
    std::string markup;  // goes first
    int rows = 0;        // then that many of the embeddings
  };

  int tokens = 0;             // T, of all pieces
  int width = 0;              // D
  std::vector<float> values;  // [T, D], the projector's output
  std::vector<Piece> pieces;
  std::string content = {};  // SHA-256 of the file and of how it was looked at, in hexadecimal;
                             // empty unless EngineOptions::image_cache_bytes is set
  ImageFileInfo file = {};   // where `content` is not empty
  Timings timings;           // decode, preprocess and encode (shared out when encoded together)
};

// What a conversation is made of.
enum class Role { kSystem, kUser, kAssistant };

// Words (UTF-8), or an image in their place.
struct Part {
  std::string text = {};
  std::shared_ptr<const EncodedImage> image = nullptr;
};

struct Message {
  Role role = Role::kUser;
  std::vector<Part> parts;
};

struct Reply {
  std::string text;  // valid UTF-8, all that was streamed
  FinishReason finish_reason = FinishReason::kEndOfText;
  int prompt_tokens = 0;         // image and words before the reply
  int reused_tokens = 0;         // of those, already in the cache and not computed again
  int reply_tokens = 0;          // chosen, the end token included
  int early_tokens = 0;          // of those, taken from an early exit (ExitOptions)
  double blocks_per_token = 0;   // of the decoder, in the mean of the reply's tokens
  int drafted_tokens = 0;        // guessed beforehand (SpeculationOptions)
  int accepted_tokens = 0;       // of those, that were right
  std::string cache = {};        // the policy that held it, as --cache spells it
  bool cache_is_moved = false;   // a stronger one than asked for, since memory was short
  std::int64_t cache_bytes = 0;  // that the session's cache took at the end
  int decode_threads = 0;        // that made it
  // Of the draws, given or new: DecodeOptions::seed for the same reply again. None: greedy.
  std::optional<std::uint64_t> seed = {};
  Timings timings;
};

// How likely a model finds a text.
struct Likelihood {
  int tokens = 0;              // of the text, the end token included
  double log_probability = 0;  // of all of them together, in nats; at most 0
};

// In a list of token ids: the place where the image goes.
inline constexpr int kImageToken = -1;

struct EngineState;  // not part of this interface

// A model, loaded. Immutable after Load.
// Threads: const methods and Sessions from any number of threads; they give the same results as
// alone. The engine must outlive its sessions. Moving it keeps them valid.
class Engine {
 public:
  // Loads the model that is part of this library; takes a few milliseconds.
  static Result<Engine> LoadBuiltin(const EngineOptions& options = {});

  // Loads a GGUF file. The weights are checked, packed for this CPU and copied: the file may go
  // away afterwards. Cost: reads the file once; memory about its size, also while loading.
  // The first file of a model in several ("NAME-00001-of-00002.gguf") brings the others.
  // Errors: kNotFound (file, key, tensor), kIo (also: the system starts fewer threads), kCorrupt,
  // kUnsupported (names key and value), kTooLarge (also: memory), kInvalid (options, a drafter with
  // another vocabulary, parts that do not belong together).
  static Result<Engine> Load(const std::string& path, const EngineOptions& options = {});
  // The same for a file in memory; options.mmproj is not looked at.
  static Result<Engine> Load(std::span<const std::byte> gguf, const EngineOptions& options = {});
  // mmproj: the image encoder's file in memory.
  static Result<Engine> Load(std::span<const std::byte> gguf, std::span<const std::byte> mmproj,
                             const EngineOptions& options = {});

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  const ModelInfo& info() const;

  // Encodes several images (files in memory: JPEG, PNG, WebP, PPM) in one pass of the vision
  // encoder, which costs less than one by one. The results are the same as one by one. Errors: as
  // for Session::SetImage; the message names the image by its place, from 0.
  Result<std::vector<EncodedImage>> EncodeImages(
      std::span<const std::span<const std::byte>> files) const;
  Result<EncodedImage> EncodeImage(std::span<const std::byte> file) const;
  Result<EncodedImage> EncodeImage(const PixelsView& pixels) const;
  // The same, not copied where EngineOptions::image_cache_bytes keeps it: one object for all who
  // show the same file. Two who ask at the same time wait for one encoding. Its timings are those
  // of the time when it was encoded.
  Result<std::shared_ptr<const EncodedImage>> FindImage(std::span<const std::byte> file) const;
  // One that is kept, by its file's name: the SHA-256 of its bytes in lower-case hexadecimal. Null
  // if there is none, or if it was encoded for another scope (ReplyRequest::scope).
  std::shared_ptr<const EncodedImage> HeldImage(std::string_view file_id,
                                                std::string_view scope = {}) const;

  // How often images, and beginnings of prompts, were there already.
  CacheCounters image_cache() const;
  CacheCounters prompt_cache() const;
  // Forgets both. What sessions use of them stays theirs.
  void ClearCaches() const;

  // Logits of a token list from an empty cache, for checking conversions: one row [V] for each
  // token after the image, or for each token when `tokens` has no kImageToken. Returns them row
  // by row. image: what stands for kImageToken, at most one place; null when there is none. Errors:
  // kInvalid (ids out of range, image missing, not of this model, or twice, no tokens), kTooLarge
  // (over context_tokens).
  Result<std::vector<float>> Logits(std::span<const int> tokens, const EncodedImage* image) const;

  // How likely the model finds a caption (UTF-8) of an image. exp(-log_probability / tokens) is
  // its perplexity. Cost: a prefill of the caption. Errors: kInvalid (not UTF-8, an image of
  // another model), kTooLarge (over context_tokens), kUnsupported (the model was not made for
  // captions).
  Result<Likelihood> CaptionLikelihood(const EncodedImage& image, std::string_view caption) const;

 private:
  friend class Session;
  friend const EngineState& StateOf(const Engine& engine);
  struct State;
  explicit Engine(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

struct SessionOptions {
  bool profile = false;  // record zones for ProfileTable and ProfileTrace; costs a few percent
  // Asked while a prompt is read and before each token, on the thread that asked for the reply;
  // true ends it (FinishReason::kCancelled). Unlike OnText it is heard before there is any text.
  std::function<bool()> is_cancelled = {};
};

// What Session::Save takes besides the messages and their images.
enum class SavedParts {
  kAll,       // what the session holds of the prompt: nothing is read again when it goes on
  kMessages,  // nothing: small, and the prompt is read again
};

// One sequence of tokens under way, and an image to talk about.
// Threads: one at a time. Several sessions of one engine may work at the same time.
// Cost: holds the cache, with the policy "f16" 4 bytes * blocks * context_tokens * the width of its
// keys; nothing is allocated per token.
class Session {
 public:
  explicit Session(const Engine& engine, const SessionOptions& options = {});
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // Sets the image that Caption and Ask are about, in place of the one before.
  // file: a JPEG, PNG, WebP or PPM file in memory. Errors: kCorrupt, kUnsupported, kTooLarge; the
  // image set before stays.
  MaybeError SetImage(std::span<const std::byte> file);
  // Errors: kInvalid (a side below 1, rgb of the wrong size), kTooLarge.
  MaybeError SetImage(const PixelsView& pixels);
  // Errors: kInvalid (not of this engine's model).
  MaybeError SetImage(const EncodedImage& image);
  MaybeError SetImage(std::shared_ptr<const EncodedImage> image);  // not null

  // Describes the image. Errors: kInvalid (options, no image set), kUnsupported (the model was
  // not made for captions). Cancelling is not an error (FinishReason::kCancelled).
  Result<Reply> Caption(const DecodeOptions& options, const OnText& on_text = {});

  // Answers a question (UTF-8) about the image. Each question stands alone: it does not see those
  // before it. The image's part of the cache is computed once and reused.
  // Errors: as for Caption; kInvalid also for a question that is empty or not UTF-8, kTooLarge for
  // one that leaves no place for a reply.
  Result<Reply> Ask(std::string_view question, const DecodeOptions& options,
                    const OnText& on_text = {});

  // Answers the last message of a conversation, whose images stand where its parts say. What the
  // session has read before of the same beginning is not read again. A last message that holds
  // images and no words asks for a description; one of the assistant's is the beginning of the
  // reply, which goes on from there. Neighboring messages of one role count as one. System
  // messages may stand anywhere; where the chat template has a place for one at the beginning only,
  // all go there. Models without a chat template answer each message alone, about the last image.
  // Does not look at the image set.
  // Errors: as for Caption; kInvalid also for no words and no image of the user's, a last message
  // of the user's without, text that is not UTF-8, images of another model; kTooLarge for a
  // conversation that leaves no place for a reply.
  Result<Reply> Chat(std::span<const Message> messages, const DecodeOptions& options,
                     const OnText& on_text = {});

  // Raw access, for measuring. Appends tokens [T] (kImageToken: the image set, P places) to the
  // sequence and returns the logits [V] of the last; valid until the next call on this session.
  // More than one token count as a prompt, of which the cache's policy may evict some.
  // The next Caption or Ask starts afresh. Errors: kInvalid, kTooLarge as for Engine::Logits.
  Result<std::span<const float>> Evaluate(std::span<const int> tokens);
  // Forgets everything but the image.
  void Reset();

  // The conversation as bytes: messages, images' embeddings, and what the session holds of the
  // prompt, for Restore in this process or another. messages: as they were given to Chat, with the
  // replies; may be empty. Errors: as for Chat.
  // Cost: of kAll, the size of the cache's rows in use.
  Result<std::vector<std::byte>> Save(std::span<const Message> messages,
                                      SavedParts parts = SavedParts::kAll) const;
  // Takes the bytes' place in the conversation, with nothing read or encoded again; returns the
  // messages. The images are kept by their content where the engine does so. Bytes may come from
  // anywhere. Errors: kCorrupt; kInvalid for those of another model, or of this one under options
  // that change what it computes (names which); kTooLarge for a longer context. The session then is
  // as Reset leaves it.
  Result<std::vector<Message>> Restore(std::span<const std::byte> saved);

  // What the zones recorded since the session began: a table (name, calls, total ms, share), and a
  // trace in Chrome's JSON format (chrome://tracing, Perfetto). Empty unless
  // SessionOptions::profile.
  std::string ProfileTable() const;
  std::string ProfileTrace() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The version of this library, e.g. "0.1.0".
std::string_view Version();

}  // namespace edgevlm
