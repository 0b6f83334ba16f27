#include "train/text_templates/categories.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace edgevlm::train {
namespace {

constexpr const char* kAnimals[] = {
    "dog",     "cat",     "mouse",     "cow",       "pig",     "horse",    "sheep",    "rabbit",
    "rooster", "chick",   "duck",      "owl",       "penguin", "parrot",   "peacock",  "flamingo",
    "frog",    "turtle",  "snake",     "crocodile", "fish",    "shark",    "whale",    "octopus",
    "crab",    "snail",   "butterfly", "bee",       "ladybug", "spider",   "elephant", "lion",
    "tiger",   "giraffe", "zebra",     "monkey",    "gorilla", "kangaroo", "camel",    "panda",
    "koala",   "fox",     "hedgehog",  "bat",       "dinosaur"};
constexpr const char* kNearlyAnimals[] = {"unicorn", "teddy bear", "ghost", "snowman", "robot"};

constexpr const char* kBirds[] = {"rooster", "chick",  "duck",    "owl",
                                  "penguin", "parrot", "peacock", "flamingo"};

constexpr const char* kFruit[] = {"apple", "banana",     "strawberry", "lemon",
                                  "pear",  "watermelon", "pineapple",  "coconut"};
constexpr const char* kNearlyFruit[] = {"tomato",  "avocado", "eggplant",
                                        "pumpkin", "chili",   "carrot"};

constexpr const char* kFood[] = {"apple",      "banana",    "strawberry", "lemon",   "pear",
                                 "watermelon", "pineapple", "coconut",    "avocado", "tomato",
                                 "carrot",     "mushroom",  "eggplant",   "chili",   "egg",
                                 "cheese",     "pizza",     "hamburger",  "hot dog", "taco",
                                 "doughnut",   "cookie",    "cake",       "cupcake", "ice cream",
                                 "lollipop",   "candy",     "croissant",  "pretzel"};
constexpr const char* kNearlyFood[] = {"beer", "wine glass", "coffee",  "teapot", "pumpkin",
                                       "fish", "crab",       "rooster", "chick",  "duck"};

constexpr const char* kVehicles[] = {
    "car",        "bus",   "ambulance", "fire engine", "truck",  "tractor", "bicycle",
    "motorcycle", "train", "airplane",  "helicopter",  "rocket", "sailboat"};
constexpr const char* kNearlyVehicles[] = {"skateboard", "shopping cart", "anchor"};

constexpr const char* kPlants[] = {"tree",      "palm tree", "christmas tree", "cactus",
                                   "sunflower", "rose",      "tulip"};
constexpr const char* kNearlyPlants[] = {
    "mushroom", "pumpkin", "carrot",     "apple",     "banana",  "strawberry", "lemon",   "pear",
    "tomato",   "chili",   "watermelon", "pineapple", "coconut", "avocado",    "eggplant"};
constexpr const char* kFlowers[] = {"sunflower", "rose", "tulip"};

constexpr const char* kClothes[] = {"top hat", "cap", "shirt", "dress", "scarf", "shoe", "boot"};
constexpr const char* kNearlyClothes[] = {"crown", "handbag", "backpack", "umbrella"};

constexpr const char* kInstruments[] = {"guitar", "piano", "trumpet", "saxophone", "drum"};
constexpr const char* kNearlyInstruments[] = {"microphone", "bell"};

constexpr const char* kTools[] = {"hammer", "wrench", "axe"};
constexpr const char* kNearlyTools[] = {"broom", "knife", "pencil", "magnet", "microscope", "key"};

constexpr const char* kShapes[] = {"circle",  "square",  "triangle", "star",
                                   "diamond", "hexagon", "cross",    "ring"};

constexpr std::array kCategories = {
    Category{"animal", "animals", kAnimals, kNearlyAnimals},
    Category{"shape", "shapes", kShapes, {}},
    Category{"vehicle", "vehicles", kVehicles, kNearlyVehicles},
    Category{"fruit", "fruits", kFruit, kNearlyFruit},
    Category{"food", "foods", kFood, kNearlyFood},
    Category{"plant", "plants", kPlants, kNearlyPlants},
    Category{"flower", "flowers", kFlowers, {}},
    Category{"bird", "birds", kBirds, {}},
    Category{"piece of clothing", "clothes", kClothes, kNearlyClothes},
    Category{"musical instrument", "musical instruments", kInstruments, kNearlyInstruments},
    Category{"tool", "tools", kTools, kNearlyTools},
};

bool Contains(std::span<const char* const> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::span<const Category> Categories() { return kCategories; }

Belongs BelongsTo(const Description& what, const Category& category) {
  const std::string_view name = NameOf(what).name;
  if (Contains(category.members, name)) return Belongs::kYes;
  return Contains(category.doubtful, name) ? Belongs::kDoubtful : Belongs::kNo;
}

}  // namespace edgevlm::train
