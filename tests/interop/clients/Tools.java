import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.utils.Exit;

/**
 * Apache Kafka's own tools, one after the other in one machine, for each of its own takes seconds to start. A line in is
 * a class, its arguments and what it reads, each base64 and parted by blanks (the input last); a line out is its exit
 * status, its stdout and its stderr.
 */
public class Tools {
  /** What a tool leaves for the end of the machine is done at its own. */
  static final List<Runnable> HOOKS = new ArrayList<>();

  /** Runs a tool in a thread of its own, which goes no further than its exit. */
  static int run(String tool, String[] arguments) throws Exception {
    var status = new LinkedBlockingQueue<Integer>();
    Exit.setExitProcedure((code, message) -> stop(status, code));
    Exit.setHaltProcedure((code, message) -> stop(status, code));
    var thread = new Thread(() -> {
      try {
        Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) arguments);
        status.add(0);
      } catch (Throwable thrown) {
        thrown.printStackTrace();
        status.add(99);
      }
    });
    thread.setDaemon(true);
    thread.start();
    int code = status.take();
    HOOKS.forEach(Runnable::run);
    HOOKS.clear();
    return code;
  }

  static void stop(Queue<Integer> status, int code) {
    status.add(code);
    for (;;) LockSupport.park();
  }

  static String text(ByteArrayOutputStream bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray()) + ".";  // never an empty word
  }

  public static void main(String[] words) throws Exception {
    Exit.setShutdownHookAdder((name, hook) -> HOOKS.add(hook));
    PrintStream answers = System.out;
    var in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null;) {
      String[] parts = line.split(" ", -1);
      for (int i = 0; i < parts.length; i++) parts[i] = new String(Base64.getDecoder().decode(parts[i]), "UTF-8");
      var out = new ByteArrayOutputStream();
      var err = new ByteArrayOutputStream();
      System.setOut(new PrintStream(out, true));
      System.setErr(new PrintStream(err, true));
      System.setIn(new ByteArrayInputStream(parts[parts.length - 1].getBytes("UTF-8")));
      int status = run(parts[0], Arrays.copyOfRange(parts, 1, parts.length - 1));
      System.out.flush();
      answers.println(status + " " + text(out) + " " + text(err));
      answers.flush();
    }
    System.exit(0);
  }
}
