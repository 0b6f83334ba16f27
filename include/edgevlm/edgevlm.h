// EdgeVLM: captions images and answers questions about them, on the CPU.
//
//   auto engine = edgevlm::Engine::LoadBuiltin();
//   if (!engine) return Fail(engine.error().message);
//   edgevlm::Session session(*engine);
//   if (auto error = session.SetImage(png_or_jpeg_bytes)) return Fail(error->message);
//   auto reply = session.Ask("what shape is left of the circle?", {});
//   if (reply) std::puts(reply->text.c_str());
//
// An Engine holds what conversations share: the weights, the tokenizer, the threads. A Session is
// one conversation. Bad input never throws, prints or exits: it is an Error. Only lack of memory
// may throw (std::bad_alloc), and a bug stops at a CHECK (result.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
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
#include "edgevlm/image_tokens.h"
#include "edgevlm/message.h"
#include "edgevlm/pressure_options.h"
#include "edgevlm/probe.h"
#include "edgevlm/profiler.h"
#include "edgevlm/result.h"
#include "edgevlm/speculation.h"
#include "edgevlm/template_inputs.h"
#include "edgevlm/vision_options.h"

namespace edgevlm {

// How matrix products are computed.
enum class Precision {
  // The fastest that passes the quality gates (docs/performance.md): activations become int8 for
  // quantized weights, and so do float matrices of more than 2^19 values. A Whisper, whose texts
  // change with any rounding, computes in float32 (docs/transcribe.md).
  kAuto,
  // The same, but the vision encoder's large float matrices become bfloat16, and those of the
  // language model stay as stored.
  kBFloat16,
  kFloat32,  // float32 activations, weights exactly as stored: for checking
  kInt8,     // as kAuto, a Whisper included; to an Engine they are one
};

// Default limit of an image's tokens in models that take images of any size: a photograph may have
// 16 times as many, for which a small machine needs minutes.
inline constexpr int kUsualImageTokens = 1024;

// Value of EngineOptions::mmproj: load no vision encoder.
inline constexpr std::string_view kNoMmproj = "none";

class ActivationStats;

struct EngineOptions {
  int threads = 0;  // including the caller's, at most 256; 0: one per core, but no more than the
                    // CPU quota of the control group keeps busy
  // How many of them generate tokens one by one. This is bound by reading the weights; where a few
  // cores saturate the memory bandwidth, more threads only wait. At most `threads`; 0: all.
  int decode_threads = 0;
  // Pins each thread to a processor of its own, and the thread that loads the engine to the first,
  // for the engine's lifetime; threads that it starts meanwhile stay there too.
  bool pin = false;
  Precision precision = Precision::kAuto;
  // The GGUF file of the vision encoder, the audio encoder or both, if the model's own file has
  // none. Empty: the file next to the model whose name contains "mmproj", if there is one; it is
  // ignored if it was made for a decoder of another width. kNoMmproj: none; the model then reads
  // no images and no sound.
  std::string mmproj = {};
  std::string chat_template = {};  // by name; empty: the one whose markers the model's file has
  int context_tokens = 0;          // of a session; 0: as many as the model was trained for, but at
                                   // most 4096
  // Per image, where the family can choose. 0: the family's own limits; of families that take
  // images of any size, at most kUsualImageTokens.
  int image_max_tokens = 0;
  int image_min_tokens = 0;
  VisionOptions vision = {};  // fewer tokens inside the vision encoder, and after it
  // Size of the cache of the embeddings of images and sounds, keyed by their content, so that no
  // session encodes one twice. 0: no cache.
  std::size_t image_cache_bytes = 0;
  // In families that split images: a tile that differs from that of the image before, at its place,
  // by no more than this keeps its embeddings: the mean of the absolute differences of its values,
  // of 255 as in images of 8 bits. 0: tiles that are equal, which changes no result. Not set: all
  // are encoded. For images that follow each other, as of a camera; costs the memory of one.
  std::optional<double> tile_tolerance = std::nullopt;
  // Size of the prefix cache: keys and values of prompts up to the last image (or whole prompts
  // without images), so that no session computes a prefix again. 0: no cache.
  std::size_t prefix_cache_bytes = 0;
  CacheOptions cache = {};      // of every session
  ExitOptions early_exit = {};  // of all replies; cannot be combined with speculation
  PressureOptions pressure = {};
  SpeculationOptions speculation = {};  // of all sessions
  // Records what each matrix reads (src/model/activation_stats.h), for importance matrices. Not
  // owned, must outlive the engine; null: nothing is recorded. Needs Precision::kFloat32.
  ActivationStats* activation_stats = nullptr;
  // Called with one line if the chat template in the model's file cannot be run, or not for some
  // conversation, and the record of its family is used instead. Once at most, from any thread.
  std::function<void(const std::string& line)> on_warning = {};
};

// How a model was trained to call tools (functions of the caller's), by its own chat template.
enum class ToolForm {
  kNone,    // it was not, or in a form that is not known
  kHermes,  // <tool_call>{"name": ..., "arguments": {...}}</tool_call> (Hermes 2, Qwen 2.5 and 3)
  kFunctionTags,  // <tool_call><function=NAME><parameter=NAME>VALUE</parameter></function>
                  // </tool_call> (Qwen3-Coder)
  kBareJson,      // {"name": ..., "parameters": {...}} (Llama 3.1)
  kMistral,       // [TOOL_CALLS][{"name": ..., "arguments": {...}}], or [TOOL_CALLS]NAME[ARGS]{...}
  kPythonic,      // <|tool_call_start|>[NAME(a="x", n=3)]<|tool_call_end|> (LFM2)
};

// What a loaded model is, for display. Counts are as the file states them.
struct ModelInfo {
  std::string name;            // general.name, or empty
  std::string architecture;    // of the decoder, e.g. "gpt2"
  std::string vision_encoder;  // e.g. "mobilenet_v3"; empty: the model reads no images
  std::string projector;       // e.g. "mlp"
  // Of the audio encoder, e.g. "ultravox"; empty: the model reads no sound.
  std::string sound_projector = {};
  double most_sound_seconds = 0;    // of one sound, for the model and its context
  std::string chat_template;        // e.g. "vicuna"; empty if the model was trained without
  std::string default_system = {};  // the system text of conversations that have none; or empty
  ToolForm tool_form = ToolForm::kNone;
  // The text of the chat template in the file, if the prompts are written by it; else empty.
  std::string template_program = {};
  // Whether it writes tools too (TemplateInputs, MessageTools). Otherwise texts must describe them.
  bool has_tool_template = false;
  std::string instruction_set;  // that the kernels use, e.g. "avx512"
  std::int64_t parameters = 0;
  std::int64_t file_bytes = 0;
  int threads = 0;
  int decode_threads = 0;
  int context_tokens = 0;          // of a session: images, questions and replies together
  int trained_context_tokens = 0;  // as the file states; context_tokens is never more
  bool has_trained_exits = false;  // whether the file lists early exits (ExitOptions)
  int embedding_length = 0;        // D
  int block_count = 0;             // of the decoder
  int head_count = 0;              // of the decoder
  int vocabulary_tokens = 0;       // V
  int image_size = 0;              // side of the vision encoder's input, in pixels
  int image_tokens = 0;            // P: rows that one tile of an image takes in the context
  bool has_image_grid = false;     // images keep their shape: image_tokens is the most, by default
  bool has_one_image = false;      // prompts have at most one image: videos are frame by frame
  // Of videos: tokens of a frame at most by default, or of a pair, if frames are encoded in pairs;
  // and the frames per second that the model was trained with at most, 0 if with no videos.
  int frame_tokens = 0;
  bool has_frame_pairs = false;
  double frames_per_second = 0;
  std::string notice = {};  // one line about the model's limits for users; or empty
};

// The waits between the tokens of a reply, from one step that chose tokens to the next: tokens that
// speculation accepts together come without waiting. Percentiles are values that occurred.
struct TokenGaps {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

struct Reply {
  std::string text;  // valid UTF-8, all that was streamed
  FinishReason finish_reason = FinishReason::kEndOfText;
  int prompt_tokens = 0;         // image and text before the reply
  int reused_tokens = 0;         // of those, found in the cache
  int reply_tokens = 0;          // chosen, the end token included
  int early_tokens = 0;          // of those, from an early exit (ExitOptions)
  double blocks_per_token = 0;   // decoder blocks run, mean over the reply's tokens
  int drafted_tokens = 0;        // proposed by speculation (SpeculationOptions)
  int accepted_tokens = 0;       // of those, accepted
  std::string cache = {};        // the policy used, as --cache spells it
  bool cache_is_moved = false;   // more compact than requested, because memory was short
  std::int64_t cache_bytes = 0;  // size of the session's cache at the end
  int decode_threads = 0;        // used for this reply
  // The seed used, given or new; set DecodeOptions::seed to it to repeat the reply. Unset: greedy.
  std::optional<std::uint64_t> seed = {};
  // Of the whole reply, its end token included, under the model's own distribution: before
  // temperature, filters and grammar. In [0, 1]; unset without DecodeOptions::with_probability.
  std::optional<double> probability = {};
  std::vector<TokenChoice> token_choices = {};  // of all tokens but the end token; empty without
                                                // DecodeOptions::alternatives
  Timings timings;
  std::optional<TokenGaps> gaps = {};  // unset if all tokens came in one step
};

// How likely a text is under the model.
struct Likelihood {
  int tokens = 0;              // of the text, the end token included
  double log_probability = 0;  // of all of them together, in nats; at most 0
};

// What a text or an image is about, as a vector: the more two have in common, the greater is the
// product of their vectors.
struct Embedding {
  std::vector<float> values;  // [D], of length 1
  int tokens = 0;             // that were read
};

// In a list of token ids: the image's position.
inline constexpr int kImageToken = -1;

struct EngineState;  // not part of this interface

// A model, loaded. Immutable after Load.
// Threads: any number of threads may call const methods and use Sessions at once; this never
// changes a result. The engine must outlive its sessions. Moving it keeps them valid.
class Engine {
 public:
  // Loads the model that is part of this library; takes a few milliseconds.
  static Result<Engine> LoadBuiltin(const EngineOptions& options = {});

  // Loads a GGUF file. The weights are checked, packed for this CPU and copied: the file may be
  // deleted afterwards. Cost: reads the file once; memory about its size, also while loading. For a
  // model split into several files, give the first ("NAME-00001-of-00002.gguf"). Errors: kNotFound
  // (file, key, tensor), kIo (also: the system starts fewer threads), kCorrupt, kUnsupported (names
  // key and value), kTooLarge (also: memory), kInvalid (options, a drafter with another vocabulary,
  // parts that do not belong together).
  static Result<Engine> Load(const std::string& path, const EngineOptions& options = {});
  // The same for a file in memory; options.mmproj is ignored.
  static Result<Engine> Load(std::span<const std::byte> gguf, const EngineOptions& options = {});
  // mmproj: the vision encoder's file in memory.
  static Result<Engine> Load(std::span<const std::byte> gguf, std::span<const std::byte> mmproj,
                             const EngineOptions& options = {});

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  const ModelInfo& info() const;

  // Encodes several images (files in memory: JPEG, PNG, WebP, PPM) in one pass of the vision
  // encoder, which costs less than one by one. The results are the same as one by one. Errors: as
  // for Session::SetImage; the message names the image by its index, from 0.
  Result<std::vector<EncodedImage>> EncodeImages(
      std::span<const std::span<const std::byte>> files) const;
  Result<EncodedImage> EncodeImage(std::span<const std::byte> file) const;
  Result<EncodedImage> EncodeImage(const PixelsView& pixels) const;
  // Returns the image from the cache of EngineOptions::image_cache_bytes, or encodes it and caches
  // it: one object for all callers with the same file. Concurrent calls with the same file wait for
  // one encoding. Its timings are those of that encoding. Errors: as for EncodeImage.
  Result<std::shared_ptr<const EncodedImage>> GetImage(std::span<const std::byte> file) const;
  // Decodes a recording for the model: no more of it than the model and the context take. Errors,
  // which name the path if there is one: kUnsupported (a model that reads no sound, a build that
  // does not, another format), kTooLarge (a longer one), kInvalid (below 0.1 s), kCorrupt, kIo,
  // kNotFound, kCancelled.
  Result<Sound> ReadSound(const SoundInput& input) const;
  // Encodes a sound for messages of Session::Chat, as GetImage does; its samples are the key.
  // Errors: kUnsupported, kTooLarge, kInvalid (also: samples that are no numbers).
  Result<EncodedSound> GetSound(const Sound& sound) const;
  // Only looks up a cached image, by its file's id: the SHA-256 of its bytes in lower-case
  // hexadecimal. Null if it is not cached, or was encoded for another scope (ReplyRequest::scope)
  // or with other limits (ReplyRequest::image_limits).
  std::shared_ptr<const EncodedImage> FindImage(std::string_view file_id,
                                                std::string_view scope = {},
                                                const ImageLimits& limits = {}) const;

  // Counters of the image cache and of the prefix cache.
  CacheCounters image_cache() const;
  CacheCounters prefix_cache() const;
  // Empties both caches. Entries that sessions use stay valid.
  void ClearCaches() const;

  // The most that this machine can do with the engine's threads, to compare profiles to. Memory is
  // read as if from the model's weights: from a buffer of their size, so that a model that fits
  // into the processor's caches is compared to these. Takes about a second, and more wherever the
  // machine is busy. REQUIRES: no other thread uses the engine meanwhile; else the limits are too
  // low.
  MachineLimits MeasureLimits() const;

  // Logits of a token list from an empty cache, for checking conversions: one row [V] for each
  // token after the image, or for each token when `tokens` has no kImageToken. Returns them row by
  // row. image: replaces kImageToken, which may occur at most once; null when there is none.
  // Errors: kInvalid (ids out of range, image missing, not of this model, or twice, no tokens),
  // kTooLarge (over context_tokens).
  Result<std::vector<float>> Logits(std::span<const int> tokens, const EncodedImage* image) const;

  // The likelihood of a caption (UTF-8) of an image. exp(-log_probability / tokens) is its
  // perplexity. Cost: a prefill of the caption. Errors: kInvalid (not UTF-8, an image of another
  // model), kTooLarge (over context_tokens), kUnsupported (the model was not made for captions).
  Result<Likelihood> CaptionLikelihood(const EncodedImage& image, std::string_view caption) const;

  // Embeds texts and images, read one after the other, without a chat template: the mean of the
  // states in which the last block leaves their tokens, each divided by its length. Models are not
  // trained for this, so it is good for finding what is similar, not more. cut: what does not fit
  // the context is left out, instead of an error. Cost: a prefill, and the encoding of the images.
  // Errors: those of Chat for texts and images; kInvalid (there are none), kTooLarge.
  Result<Embedding> Embed(std::span<const Part> parts, bool cut = false) const;

  // How well frames of a video fit what a question (UTF-8, English) looks for, for choosing among
  // them: of each, or of each pair (ModelInfo::has_frame_pairs), the cosine between the embeddings
  // of the image, less the mean of all, and of the question's words, less those of no word in
  // particular. Empty: the question looks for nothing ("what happens?"). The encoded frames go into
  // the image cache, if there is one. Cost: the encoding of all frames, and a prefill of each.
  // Errors: those of Embed and, but for kUnsupported, of Session::EncodeVideo; kCancelled.
  Result<std::vector<float>> CompareWithQuestion(std::span<const FrameView> frames,
                                                 std::string_view question,
                                                 const CompareOptions& options = {}) const;
  // How alike frames of a video, or pairs, are to the one before: the cosine of the vision
  // encoder's embeddings, and 0 for the first. Cost: the encoding. Errors: those of
  // CompareWithQuestion.
  Result<std::vector<float>> CompareNeighbors(std::span<const FrameView> frames,
                                              const CompareOptions& options = {}) const;

 private:
  friend class Session;
  friend const EngineState& StateOf(const Engine& engine);
  struct State;
  explicit Engine(std::unique_ptr<const State> state);
  static Result<Engine> Make(Result<EngineState>&& state);
  std::unique_ptr<const State> state_;
};

struct SessionOptions {
  bool profile = false;  // record what TakeProfile returns
  // Called before each step, on the thread that requested the reply: a step reads a part of the
  // prompt, or generates a token (with speculation, several). true ends the reply
  // (FinishReason::kCancelled). Unlike OnText, it is also called before there is any text.
  std::function<bool()> is_cancelled = {};
};

// What Session::Save stores besides the messages and their images.
enum class SavedParts {
  kAll,       // the session's keys and values of the prompt: no prefill after Restore
  kMessages,  // nothing more: small, but the prompt is computed again
};

// A conversation's token sequence and current image.
// Threads: one at a time. Several sessions of one engine may run concurrently.
// Cost: holds the cache, with the policy "f16" 4 bytes * blocks * context_tokens * the width of its
// keys; nothing is allocated per token.
class Session {
 public:
  explicit Session(const Engine& engine, const SessionOptions& options = {});
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // Sets the image that Caption and Ask use, replacing the previous one. file: a JPEG, PNG, WebP or
  // PPM file in memory. Errors: kCorrupt, kUnsupported, kTooLarge; the previous image then stays.
  MaybeError SetImage(std::span<const std::byte> file);
  // Errors: kInvalid (a side below 1, rgb of the wrong size), kTooLarge.
  MaybeError SetImage(const PixelsView& pixels);
  // Errors: kInvalid (not of this engine's model).
  MaybeError SetImage(const EncodedImage& image);
  MaybeError SetImage(std::shared_ptr<const EncodedImage> image);  // not null
  std::shared_ptr<const EncodedImage> image() const;               // null: none is set

  // Encodes frames of a video for messages of Chat: in ascending order of time, all of one size.
  // Where the family reads frames in pairs, neighbors are one. What the image cache holds is not
  // encoded again. Errors: kUnsupported (ModelInfo::has_one_image), kInvalid, kTooLarge.
  Result<EncodedVideo> EncodeVideo(std::span<const FrameView> frames,
                                   const VideoOptions& options = {});

  // As Engine::GetSound, as a part of what TakeProfile returns.
  Result<EncodedSound> EncodeSound(const Sound& sound);

  // Describes the image. Errors: kInvalid (options, no image set), kUnsupported (the model was
  // not made for captions). Cancelling is not an error (FinishReason::kCancelled).
  Result<Reply> Caption(const DecodeOptions& options, const OnText& on_text = {});

  // Answers a question (UTF-8) about the image. Each question is independent of earlier ones. The
  // image's keys and values are computed once and reused.
  // Errors: as for Caption; kInvalid also for a question that is empty or not UTF-8, kTooLarge for
  // one that leaves no capacity for a reply.
  Result<Reply> Ask(std::string_view question, const DecodeOptions& options,
                    const OnText& on_text = {});

  // Answers the last message of a conversation, with images at the positions of their parts. A
  // prefix that the session has already computed is reused. If the last message has images but no
  // text, the model describes them; if it is the assistant's, the reply continues it. Neighboring
  // messages of one role are joined. System messages may appear anywhere; where the chat template
  // allows only one at the start, all are moved there. Models without a chat template answer about
  // the last image: with what was said since, or each message alone; without any, the built-in one
  // sees a gray image. Ignores the image of SetImage.
  // Errors: as for Caption; kInvalid also if the user's messages, or a last message of the user's,
  // have neither text nor image, for text that is not UTF-8, and for images of another model;
  // kTooLarge for a conversation that leaves no capacity for a reply.
  Result<Reply> Chat(std::span<const Message> messages, const DecodeOptions& options,
                     const OnText& on_text = {});

  // Raw access, for measurements. Appends tokens [T] (kImageToken: the current image, P positions)
  // to the sequence and returns the logits [V] of the last; valid until the next call on this
  // session. More than one token count as a prompt, of which the cache's policy may evict some. The
  // next Caption or Ask starts from an empty sequence. Errors: kInvalid, kTooLarge as for
  // Engine::Logits.
  Result<std::span<const float>> Evaluate(std::span<const int> tokens);
  // Clears everything but the image.
  void Reset();

  // Serializes the conversation: messages, image embeddings, and the session's keys and values of
  // the prompt, for Restore in this process or another. messages: as they were given to Chat, with
  // the replies; may be empty. Errors: as for Chat.
  // Cost: with kAll, the size of the cache's rows in use.
  Result<std::vector<std::byte>> Save(std::span<const Message> messages,
                                      SavedParts parts = SavedParts::kAll) const;
  // Continues a saved conversation without computing or encoding anything again; returns the
  // messages. Images enter the engine's image cache, if it has one. The bytes need not be trusted.
  // Errors: kCorrupt; kInvalid for a session saved with another model, or with other options among
  // those that change what it computes (the message lists these options); kTooLarge for a longer
  // context. On an error, the session is as after Reset.
  Result<std::vector<Message>> Restore(std::span<const std::byte> saved);

  // Where the requests since the last call spent their time (profiler.h), as one run: of several
  // replies, the times are sums. Without the machine's limits (Engine::MeasureLimits). Empty unless
  // SessionOptions::profile.
  Profile TakeProfile();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The version of this library, e.g. "0.1.0".
std::string_view Version();

}  // namespace edgevlm
