#!/bin/sh
# Makes test/fixtures and samples/ from the LibriVox sentences (public domain) in Debian's pocketsphinx-testdata.
# Needs: apt-get install pocketsphinx-testdata ffmpeg. The results are committed, so tests need neither.
set -eu
cd "$(dirname "$0")/.."
clips=/usr/share/pocketsphinx/test/data/librivox
clip() { echo "$clips/sense_and_sensibility_01_austen_64kb-$1.wav"; }
# Bit-exact flags keep dates and versions out, so that a second run makes the same files.
run() { ffmpeg -hide_banner -nostdin -v error -y "$@" -fflags +bitexact -flags +bitexact -map_metadata -1 "$out"; }

out_dir=test/fixtures
mkdir -p $out_dir samples
speech=$(clip 0880)
video="-f lavfi -i testsrc=size=64x48:rate=5:duration=2.99"
small_video="-c:v mpeg4 -b:v 8k -shortest"

# One sentence of 3 s in every container; 44.1 kHz stereo where that is usual.
out=$out_dir/speech.wav;  run -i "$speech" -c:a pcm_s16le
out=$out_dir/speech.mp4;  run -i "$speech" $video $small_video -ar 44100 -ac 2 -c:a aac -b:a 64k
out=$out_dir/speech.mov;  run -i "$speech" $video $small_video -ar 44100 -ac 1 -c:a aac -b:a 48k
out=$out_dir/speech.mkv;  run -i "$speech" $video $small_video -ar 48000 -ac 2 -c:a aac -b:a 64k
out=$out_dir/speech.webm; run -i "$speech" $video -c:v libvpx -b:v 8k -shortest -ar 48000 -c:a libopus -b:a 24k
out=$out_dir/speech.mpg;  run -i "$speech" -f lavfi -i testsrc=size=64x48:rate=25:duration=2.99 -c:v mpeg1video -b:v 50k -shortest -ar 44100 -c:a mp2 -b:a 64k
out=$out_dir/speech.m4a;  run -i "$speech" -ar 44100 -c:a aac -b:a 48k -movflags +faststart
out=$out_dir/speech.aac;  run -i "$speech" -ar 44100 -c:a aac -b:a 48k
out=$out_dir/speech.mp3;  run -i "$speech" -ar 44100 -c:a libmp3lame -b:a 48k
out=$out_dir/speech.flac; run -i "$speech" -c:a flac
out=$out_dir/speech.ogg;  run -i "$speech" -ar 44100 -c:a libvorbis -q:a 1
out=$out_dir/speech.opus; run -i "$speech" -ar 48000 -c:a libopus -b:a 24k
out=$out_dir/speech.aiff; run -i "$speech" -c:a pcm_s16be

# Two audio tracks, the second marked as default and 0.5 s later than the picture.
out=$out_dir/two-tracks.mkv
run -f lavfi -i "sine=frequency=440:sample_rate=16000:duration=1" -itsoffset 0.5 -i "$speech" $video \
  -map 0:a -map 1:a -map 2:v -c:v mpeg4 -b:v 8k -c:a libopus -b:a 24k -t 3.4 -disposition:a:0 0 -disposition:a:1 default
# A picture without sound.
out=$out_dir/silent-film.mp4; run $video -c:v mpeg4 -b:v 8k
# Speech left, a tone right.
out=$out_dir/stereo-44100.wav
run -i "$speech" -f lavfi -i "sine=frequency=1000:sample_rate=44100:duration=0.5" -filter_complex \
  "[0:a]atrim=0.5:1,asetpts=PTS-STARTPTS,aresample=44100[l];[1:a]aresample=44100[r];[l][r]join=inputs=2:channel_layout=stereo" -c:a pcm_s16le

# Half a second of it in every sample format that WAV can hold; they all have the same samples.
excerpt="-ss 0.5 -t 0.5 -i $speech"
for format in u8 s16le s24le s32le f32le f64le alaw mulaw; do
  out=$out_dir/wav-$format.wav; run $excerpt -ar 8000 -c:a pcm_$format
done
out=$out_dir/wav-adpcm.wav; run $excerpt -ar 8000 -c:a adpcm_ms
out=$out_dir/wav-6ch.wav; run $excerpt -ar 8000 -af "pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0" -c:a pcm_s16le

# What the README's first command transcribes: the five sentences, 0.7 s between them.
out=samples/austen.mp4
run -i "$(clip 0870)" -i "$(clip 0880)" -i "$(clip 0890)" -i "$(clip 0920)" -i "$(clip 0930)" -filter_complex \
  "[0]apad=pad_dur=0.7[a];[1]apad=pad_dur=0.7[b];[2]apad=pad_dur=0.7[c];[3]apad=pad_dur=0.7[d];[a][b][c][d][4]concat=n=5:v=0:a=1" \
  -ar 24000 -c:a aac -b:a 48k -movflags +faststart
# The same five as two people would speak them, for listening: 0, 2 and 4 left, 1 and 3 right; the fourth begins before the third ends.
out=samples/conversation.opus
run -i "$(clip 0870)" -i "$(clip 0880)" -i "$(clip 0890)" -i "$(clip 0920)" -i "$(clip 0930)" -filter_complex \
  "[0]adelay=500[a];[1]adelay=8500[b];[2]adelay=12500[c];[3]adelay=17500[d];[4]adelay=25000[e];\
[a][c][e]amix=inputs=3:normalize=0[l];[b][d]amix=inputs=2:normalize=0,apad[r];[l][r]join=inputs=2:channel_layout=stereo" \
  -t 29.5 -ar 48000 -c:a libopus -b:a 48k
sed -E 's/^<s> (.*) <\/s> .*$/\1/' "$clips/transcription" > samples/austen.txt
du -ch $out_dir samples | tail -1
