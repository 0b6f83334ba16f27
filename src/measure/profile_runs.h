// ProfileRuns: the same request several times, as one profile.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

struct ProfileRequest {
  std::vector<std::string> names;              // of the images
  std::vector<std::vector<std::byte>> images;  // files
  std::vector<Sound> sounds = {};
  std::string question;  // empty: a caption
  DecodeOptions decode = {};
};

// Runs the request once to warm up, then `runs` times, each in a session of its own. on_run: called
// after each of them, the first included, with its number from 0; may be empty. Measures the limits
// of the machine, too. Errors: those of the request, naming the image where it is one's.
// REQUIRES: an image, a sound or a question; runs > 0.
Result<Profile> ProfileRuns(const Engine& engine, const ProfileRequest& request, int runs,
                            const std::function<void(int)>& on_run = {});

}  // namespace edgevlm
