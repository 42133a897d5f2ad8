"""What the drivers in Python share: drivers.py says what goes in and out."""
import base64
import json
import sys
import traceback


def data(text):
    return None if text is None else base64.b64decode(text)


def text(data):
    return None if data is None else base64.b64encode(data).decode()


def serve(calls, name_of):
    """Answers each line of stdin with what calls[NAME] makes of it; name_of gives an exception's name in Kafka's words."""
    for line in sys.stdin:
        call = json.loads(line)
        if call["do"] not in calls:
            answer = {"cannot": True}
        else:
            try:
                answer = {"ok": calls[call.pop("do")](**call)}
            except Exception as error:  # whatever a client raises is its answer
                traceback.print_exc()
                answer = {"error": name_of(error), "text": str(error)}
        print(json.dumps(answer), flush=True)
