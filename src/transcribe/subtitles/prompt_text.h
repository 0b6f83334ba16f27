// A transcript as part of a prompt, for a language model that reads no sound itself.
#pragma once

#include <string>

#include "edgevlm/transcriber.h"

namespace edgevlm {

// What is said in a recording, with an empty line at the end.
std::string PromptText(const Transcript& transcript);

// What is said in a video, with times, as "[0:03-0:07] hello": they belong to those of its frames.
// Empty if nobody speaks, as many videos have sound that is no speech.
std::string TimedPromptText(const Transcript& transcript);

}  // namespace edgevlm
