// Setup: what one condition of an experiment asks of the engine and of each request.
#pragma once

#include <string>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// A model with its options. Conditions with equal choices share an engine.
struct ModelChoice {
  std::string preset = {};  // a published model's shape with random weights; empty: the given model
  std::string type = "q4_k_m";  // of the preset's decoder
  EngineOptions options = {};
};

// What a new session finds computed already.
enum class Reuse {
  kNothing,  // each question encodes its image again
  kImage,    // the image's embeddings
  kPrefix,   // also its keys and values
};

// How several requests share the cores.
enum class Schedule {
  kSerial,      // one after the other, each on all cores
  kSideBySide,  // `workers` at once, on one core each
  kOverlapped,  // images are prepared and encoded while up to `workers` earlier ones are decoded
};

struct RequestSetup {
  std::string question = {};  // empty: the item's own
  int max_tokens = 32;
  int prompt_tokens = 512;  // of workloads that read a text
  int image_side = 0;       // pixels; the image is scaled to a square of it. 0: as it is
  double image_shape = 0;   // width / height that the image is stretched to; 0: as it is
  int frames = 1;           // images per request, of items that are folders of frames
  int workers = 1;          // requests under way at once, unless the schedule is serial
  Schedule schedule = Schedule::kSerial;
  Reuse reuse = Reuse::kNothing;
  int sound_seconds = 30;            // of workloads that read sound
  std::string sound_model = "base";  // the shape of their encoder
};

struct Setup {
  ModelChoice model;
  RequestSetup request;
};

}  // namespace edgevlm
