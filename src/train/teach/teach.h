// Teach: runs a model once over a data set and stores what students learn from.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "train/scenes/glyphs.h"

namespace edgevlm::train {

struct TeachOptions {
  std::string teacher;       // a GGUF file; empty: the vision encoder of mmproj teaches alone
  std::string mmproj = {};   // of its vision encoder; empty: as EngineOptions::mmproj
  std::string data;          // as ExampleOptions::data
  std::string out;           // folder of the outputs
  std::string part = "1/1";  // "2/3": the second of three parts, for one machine each
  int texts = 8;             // of an image, at most
  int top_k = 32;            // tokens kept of each distribution
  int shard = 64;            // images per file: at most so many are lost by a kill
  bool features = true;      // of the vision encoder
  bool projected = true;     // of the projector
  bool logits = true;        // at the tokens of replies
  bool visual = true;        // logits at image tokens, and their relations
  bool attention = false;    // that the vision encoder's patches receive
  // The teacher's own answers take the place of the data set's: those on which all of so many
  // samples agree are kept.
  bool self_instruct = false;
  int samples = 3;
  double temperature = 0.7;
  int max_tokens = 64;  // of an own answer
  int threads = 0;      // as EngineOptions::threads
  GlyphFiles glyphs;    // for scenes
};

// Writes the shards that the folder does not have yet; prints progress to standard error and a
// summary to standard output. Images that cannot be read are left out and listed.
// Errors: kInvalid (options; a folder with the outputs of another teacher or data set, none of the
// images can be read), kIo (a full
// disk; what was written stays, and the same command continues), those of Engine::Load and
// OpenExamples.
MaybeError Teach(const TeachOptions& options);

}  // namespace edgevlm::train
