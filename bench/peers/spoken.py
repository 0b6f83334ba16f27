"""Makes the spoken test set: 60 sentences in three languages that espeak-ng reads in several voices and at
several speeds, some with noise. Everybody who has espeak-ng gets the same recordings."""
import array
import pathlib
import random
import subprocess
import wave

VOICES = {
    "en": ["en-us", "en-gb", "en-us+f3", "en-gb+m3", "en-gb-scotland", "en-us+m7"],
    "de": ["de", "de+f2", "de+m3"],
    "fr": ["fr-fr", "fr-fr+f4", "fr-fr+m1"],
}
WORDS_PER_MINUTE = [130, 145, 160, 175]
NOISE_DB = [None, None, 25, 15]  # the speech is louder than the noise by so much

# No numbers and few names: there is one right way to write them down.
SENTENCES = {
    "en": [
        "The train to the city leaves from the second platform.",
        "Please close the window before you go to bed.",
        "My sister plays the piano every evening after dinner.",
        "We walked along the river until the sun went down.",
        "The doctor said that he should drink more water.",
        "There is a small bakery at the end of our street.",
        "She forgot her umbrella and came home completely wet.",
        "The children are building a castle in the sand.",
        "Could you tell me where the nearest station is?",
        "The old man was reading a newspaper in the park.",
        "I have never seen so many stars in the sky.",
        "They moved to a quiet village near the mountains.",
        "The meeting has been moved to Thursday afternoon.",
        "He bought a new bicycle for his daughter.",
        "The soup is too hot to eat right now.",
        "Nobody knows who left the door open last night.",
        "The library is closed on Sunday and on Monday.",
        "We need more chairs for the guests tomorrow.",
        "The farmer feeds the horses early in the morning.",
        "Her brother works in a hospital by the sea.",
        "Snow was falling slowly on the empty road.",
        "The teacher wrote a long sentence on the board.",
        "Turn left at the church and follow the main road.",
        "The cat is sleeping under the kitchen table.",
        "This camera works very well at night.",
        "It rained so hard that the garden was under water.",
        "The company will open a new office next summer.",
        "Put the apples and the bread into the basket.",
        "My grandfather used to tell us stories by the fire.",
        "The engine makes a strange noise when it is cold.",
    ],
    "de": [
        "Der Zug nach Berlin fährt heute von einem anderen Gleis.",
        "Bitte mach das Fenster zu, bevor du gehst.",
        "Meine Schwester spielt jeden Abend Klavier.",
        "Wir sind am Fluss entlang gegangen, bis es dunkel wurde.",
        "Der Arzt hat gesagt, dass er mehr Wasser trinken soll.",
        "Am Ende unserer Straße gibt es eine kleine Bäckerei.",
        "Sie hat ihren Regenschirm im Büro vergessen.",
        "Die Kinder bauen eine Burg aus Sand.",
        "Können Sie mir sagen, wo der Bahnhof ist?",
        "Der alte Mann liest im Park eine Zeitung.",
        "Die Suppe ist noch zu heiß zum Essen.",
        "Niemand weiß, wer gestern die Tür offen gelassen hat.",
        "Das Wetter wird morgen wieder besser.",
        "Wir brauchen noch mehr Stühle für die Gäste.",
        "Die Katze schläft unter dem Tisch in der Küche.",
    ],
    "fr": [
        "Le train pour la ville part dans une heure.",
        "Ferme la fenêtre avant de partir, s'il te plaît.",
        "Ma sœur joue du piano tous les soirs.",
        "Nous avons marché le long de la rivière.",
        "Le médecin a dit qu'il devait boire plus d'eau.",
        "Il y a une petite boulangerie au bout de la rue.",
        "Elle a oublié son parapluie au bureau.",
        "Les enfants construisent un château de sable.",
        "Pouvez-vous me dire où se trouve la gare?",
        "Le vieil homme lit un journal dans le parc.",
        "La soupe est encore trop chaude.",
        "Personne ne sait qui a laissé la porte ouverte.",
        "Demain, il va faire beau toute la journée.",
        "Nous avons besoin de plus de chaises pour les invités.",
        "Le chat dort sous la table de la cuisine.",
    ],
}


def add_noise(path, decibels, seed):
    """White noise, which hides consonants first."""
    with wave.open(str(path)) as file:
        parameters = file.getparams()
        samples = array.array("h", file.readframes(parameters.nframes))
    power = sum(v * v for v in samples) / len(samples)
    deviation = (power / 10 ** (decibels / 10)) ** 0.5
    draw = random.Random(seed)
    noisy = array.array("h", (max(-32768, min(32767, round(v + draw.gauss(0, deviation)))) for v in samples))
    with wave.open(str(path), "wb") as file:
        file.setparams(parameters)
        file.writeframes(noisy.tobytes())


def make(folder):
    """[(path, language, sentence)]; recordings that are there already stay."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for language, sentences in SENTENCES.items():
        for i, sentence in enumerate(sentences):
            path = folder / f"{language}-{i:02}.wav"
            if not path.exists():
                fresh = path.with_suffix(".part")
                voices = VOICES[language]
                subprocess.run(["espeak-ng", "-v", voices[i % len(voices)], "-s",
                                str(WORDS_PER_MINUTE[i // 2 % len(WORDS_PER_MINUTE)]), "-w", fresh, sentence],
                               check=True)
                decibels = NOISE_DB[i // 3 % len(NOISE_DB)]
                if decibels is not None:
                    add_noise(fresh, decibels, seed=path.name)
                fresh.rename(path)
            made.append((path, language, sentence))
    return made


def make_long(folder, minutes):
    """A recording of so many minutes: the English sentences one after the other, again and again."""
    recordings = [path for path, language, _ in make(folder) if language == "en"]
    path = pathlib.Path(folder) / f"long-{minutes}.wav"
    with wave.open(str(recordings[0])) as file:
        parameters = file.getparams()
    pause = bytes(parameters.framerate // 2 * parameters.sampwidth)
    wanted = minutes * 60 * parameters.framerate
    with wave.open(str(path), "wb") as long:
        long.setparams(parameters)
        while long.tell() < wanted:
            with wave.open(str(recordings[0])) as file:
                samples = file.readframes(file.getnframes())
            long.writeframes((samples + pause)[:(wanted - long.tell()) * parameters.sampwidth])
            recordings.append(recordings.pop(0))
    return path
