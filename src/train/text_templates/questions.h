// Questions: generates questions about a scene, with short true answers. Unclear cases are not
// asked about: locations near a border, things that are only slightly further left, names that
// match two things.
//
// Kinds: what, count, color, where, leftright, abovebelow, exists, display. In all texts digits
// are separated by spaces, and numbers are words from "zero" to "five". Yes and no are equally
// likely in every kind that has them.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "train/scenes/scene.h"

namespace edgevlm::train {

struct QuestionAnswer {
  std::string kind;
  std::string question;  // "how many red circles are there?"
  std::string answer;    // "two"
};

// Up to `count` different questions; fewer if the scene does not allow more. The kind is drawn
// first, among those that the scene allows. An empty scene gives no questions.
std::vector<QuestionAnswer> Questions(const Scene& scene, int count, std::mt19937_64& rng);

}  // namespace edgevlm::train
