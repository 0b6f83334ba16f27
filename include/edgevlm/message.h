// What conversations are made of: messages with texts, images, frames of videos and sounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/image_tokens.h"
#include "edgevlm/probe.h"
#include "edgevlm/template_inputs.h"

namespace edgevlm {

// Pixels in memory: row-major [height, width, 3], 8 bits each, red first, no padding. Not owned.
struct PixelsView {
  int width = 0;
  int height = 0;
  std::span<const std::uint8_t> rgb;  // width * height * 3
};

// How long each part of one request took. A part that was skipped (such as encoding a cached image)
// is 0. The parts add up to total_ms except for a few microseconds between them.
struct Timings {
  double decode_ms = 0;      // file bytes to pixels
  double preprocess_ms = 0;  // pixels to the vision encoder's input
  double encode_ms = 0;      // vision encoder and projector
  double prefill_ms = 0;     // prompt into the cache, until the first token is chosen
  double generate_ms = 0;    // the tokens after the first
  double total_ms = 0;
};

// One image, or one sound, as decoder input. Owns its values; any number of sessions of the engine
// that made it may use it.
struct EncodedImage {
  // Some families split an image into several tiles, with prompt text between them.
  struct Piece {
    std::string markup;   // comes first
    int rows = 0;         // followed by this many of the embeddings
    TokenGrid grid = {};  // which they are all tokens of; or empty
  };

  int tokens = 0;                 // image tokens: the rows of all pieces
  bool is_sound = false;          // those of a sound
  int width = 0;                  // D; times 1 + L for decoders that add L more rows per token
  std::vector<float> embeddings;  // [tokens, D]: the projector's output, or the rows that pruning
                                  // kept (VisionOptions)
  std::vector<Piece> pieces;
  // Of a sound: if not empty, it is numbered in the conversation: "Audio" writes "Audio 1: ".
  std::string counted_as = {};
  std::string content = {};  // SHA-256 of the file and of how it was encoded, in hexadecimal; empty
                             // unless EngineOptions::image_cache_bytes is set
  ImageFileInfo file = {};   // of an image; set if `content` is
  Timings timings;           // decode, preprocess and encode (divided when encoded together)
};

// A recording: a file that Transcriber reads, by its path or in memory, and which part of it.
struct SoundInput {
  std::string path = {};                 // empty: it is in memory; "-": standard input
  std::span<const std::byte> file = {};  // not owned
  double from_s = 0;
  double to_s = std::numeric_limits<double>::infinity();
  std::function<bool()> is_cancelled = {};  // asked while a program decodes it
};

// Sound as models read it: mono, 16,000 samples a second, in [-1, 1].
struct Sound {
  std::vector<float> samples;
};

// A sound as a part of a message.
struct EncodedSound {
  std::shared_ptr<const EncodedImage> embeddings;
  Timings timings;  // of the work done for it now
};

// The author of a message. What a tool returned is written like a user's message where the chat
// template has no markup of its own for it.
enum class Role { kSystem, kUser, kAssistant, kTool };

// Text (UTF-8), an image or a sound.
struct Part {
  std::string text = {};
  std::shared_ptr<const EncodedImage> image = nullptr;
};

struct Message {
  Role role = Role::kUser;
  std::vector<Part> parts;
  MessageTools tools = {};
};

// A frame of a video. Not owned.
struct FrameView {
  PixelsView pixels;   // upright
  double seconds = 0;  // since the beginning of the video
};

// Default limit of a frame's tokens, or those of a pair, in models that take images of any size.
inline constexpr int kUsualFrameTokens = 256;

struct VideoOptions {
  double video_seconds = 0;  // how long the whole video is; at least up to the last frame
  int frame_tokens = 0;      // at most, of a frame or of a pair, where the family can choose; 0:
                             // kUsualFrameTokens
};

// Frames of a video as parts of a message: images, with the texts between them, such as times, that
// the model's family was trained with.
struct EncodedVideo {
  std::vector<Part> parts;
  int tokens = 0;  // of the images
  Timings timings;
};

// How frames of a video are to be compared.
struct CompareOptions {
  VideoOptions video = {};  // as for Session::EncodeVideo
  std::string scope = {};   // as of ReplyRequest: only the same scope finds cached frames
  // Called before each step: true ends it (kCancelled). Null: never.
  std::function<bool()> is_cancelled = {};
};

}  // namespace edgevlm
