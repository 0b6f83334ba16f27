// DistilOptions: what a student learns from a teacher, and how much each loss counts.
#pragma once

#include <string>

namespace edgevlm::train {

// Which part of the student learns, for a whole run.
enum class Stage {
  kSchedule,  // as without a teacher: the three phases of schedule.h
  kEncoder,   // the vision encoder
  kLanguage,  // projector and decoder, with a frozen vision encoder
  kJoint,     // everything
};

// Weights of losses; 0: the loss is off and costs nothing.
struct DistilOptions {
  std::string teacher_outputs = {};  // folder that edgevlm-train teach wrote; empty: no teacher
  std::string data = {};             // where its images lie now; empty: where they were
  double features = 0;
  bool features_mse = false;  // FeatureMeasure::kMse, else kCosine
  double relations = 0;
  double logits = 0;
  double visual_logits = 0;
  double visual_relations = 0;
  double supervised = 1;   // of everything that is learned from labels
  double temperature = 1;  // of both losses on logits, in (0, 100]

  // Of the vision encoder, of the decoder on text, and of the decoder on image tokens.
  bool on_features() const { return features > 0 || relations > 0; }
  bool on_image_tokens() const { return visual_logits > 0 || visual_relations > 0; }
  bool any() const { return on_features() || logits > 0 || on_image_tokens(); }
};

}  // namespace edgevlm::train
